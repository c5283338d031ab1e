#include <cluster_store/actors/role/core.hpp>

#include <cassert>

namespace cluster_store::actors {

void role_core::start() {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::idle)
    seek();
}

void role_core::seek() {
  state_ = state::seeking;
  effects_.emplace_back(follow_master{});
}

void role_core::rest(steady_time now) {
  const auto delay = backoff_.next(now, random_());
  if (delay.count() == 0)
    return seek();
  state_ = state::resting;
  wakeup_ = now + delay;
}

void role_core::link_up(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ != state::seeking)
    return;
  state_ = state::worker;
  backoff_.up(now);
  effects_.emplace_back(announce_role{false});
}

void role_core::link_down(const error& why, steady_time) {
  const backends::invariants::at_end checked{*this};
  if (!follows())
    return;
  const bool may_be_none = why.code == errc::unavailable;
  if (state_ == state::worker || !may_be_none)
    effects_.emplace_back(announce_none{why}); // else the attempt will tell more
  state_ = state::seeking;
  if (!may_be_none)
    return; // a master lives that will not have this process: the link asks again
  effects_.emplace_back(follow_nobody{});
  state_ = state::taking_over;
  early_failure_.reset();
  effects_.emplace_back(take_over{++attempt_});
}

void role_core::took_over(std::uint64_t attempt, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (!awaits(attempt))
    return;
  state_ = state::master;
  backoff_.up(now);
  effects_.emplace_back(announce_role{true});
  if (const auto why = std::exchange(early_failure_, std::nullopt))
    leave_office(*why);
}

void role_core::not_taken(std::uint64_t attempt, const error& why, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (!awaits(attempt))
    return;
  effects_.emplace_back(announce_none{why});
  rest(now);
}

void role_core::master_failed(const error& why) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::taking_over)
    early_failure_ = why;
  if (state_ == state::master)
    leave_office(why);
}

void role_core::leave_office(const error& why) {
  effects_.emplace_back(announce_none{why});
  effects_.emplace_back(step_down{});
  state_ = state::stepping_down;
}

void role_core::stepped_down(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::stepping_down)
    rest(now);
}

void role_core::tick(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::resting && wakeup_ <= now)
    seek();
}

void role_core::stop() {
  const backends::invariants::at_end checked{*this};
  if (follows())
    effects_.emplace_back(follow_nobody{});
  if (state_ == state::master)
    effects_.emplace_back(step_down{});
  state_ = state::stopped;
}

std::optional<steady_time> role_core::next_wakeup() const {
  return state_ == state::resting ? std::optional{wakeup_} : std::nullopt;
}

void role_core::check_invariants() const {
  // Whoever tries or tried to become the master has a number, so that outcomes of former attempts are known.
  assert((state_ != state::taking_over && state_ != state::master) || attempt_ > 0);
  for ([[maybe_unused]] const auto& each : effects_) {
    // No attempt is made beside another one, nor by who follows a master.
    [[maybe_unused]] const auto* const take = std::get_if<take_over>(&each);
    assert(take == nullptr || take->attempt <= attempt_);
    // The proxies are sent to the store in this process exactly while it is the master.
    [[maybe_unused]] const auto* const told = std::get_if<announce_role>(&each);
    assert(told == nullptr || &each != &effects_.back() || told->master == (state_ == state::master));
  }
}

} // namespace cluster_store::actors
