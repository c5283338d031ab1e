#include <cluster_store/actors/link/core.hpp>

#include <cassert>

namespace cluster_store::actors {

void link_core::start() {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::idle)
    connect();
}

void link_core::connect() {
  state_ = state::connecting;
  effects_.emplace_back(open_connection{++attempt_});
}

void link_core::connect_later(steady_time now) {
  const auto delay = backoff_.next(now, random_());
  if (delay.count() == 0)
    return connect();
  state_ = state::waiting;
  wakeup_ = now + delay;
}

void link_core::connected(std::uint64_t attempt, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (!awaits(attempt))
    return;
  state_ = state::up;
  backoff_.up(now);
  unanswered_since_.reset();
  wakeup_ = now + beat_interval;
  effects_.emplace_back(announce_up{});
}

void link_core::failed(std::uint64_t attempt, const error& why, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (!awaits(attempt))
    return;
  effects_.emplace_back(announce_down{why});
  connect_later(now);
}

void link_core::lost(const error& why, steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ != state::up)
    return;
  effects_.emplace_back(close_connection{});
  effects_.emplace_back(announce_down{why});
  connect_later(now);
}

void link_core::beat_answered(std::uint64_t attempt) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::up && attempt == attempt_)
    unanswered_since_.reset();
}

void link_core::tick(steady_time now) {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::waiting && wakeup_ <= now)
    return connect();
  if (state_ != state::up || wakeup_ > now)
    return;
  // Counted from a heartbeat, not from the last answer: a process that was itself stopped has asked nothing.
  if (unanswered_since_ && now - *unanswered_since_ >= silence_max - beat_interval)
    return lost({errc::unavailable, "the master was silent for 6 s"}, now);
  if (!unanswered_since_)
    unanswered_since_ = now;
  wakeup_ = now + beat_interval;
  effects_.emplace_back(send_beat{attempt_});
}

void link_core::stop() {
  const backends::invariants::at_end checked{*this};
  if (state_ == state::up)
    effects_.emplace_back(close_connection{});
  state_ = state::stopped;
}

std::optional<steady_time> link_core::next_wakeup() const {
  if (state_ == state::waiting || state_ == state::up)
    return wakeup_;
  return std::nullopt;
}

void link_core::check_invariants() const {
  // Whoever connects or is connected has a number, so that outcomes of former attempts are known as such.
  assert((state_ != state::connecting && state_ != state::up) || attempt_ > 0);
  // The next heartbeat comes after the oldest that has no answer, so the silence that is counted passes.
  assert(state_ != state::up || !unanswered_since_ || *unanswered_since_ + beat_interval <= wakeup_);
  [[maybe_unused]] const effect* news = nullptr;
  for (const auto& each : effects_) {
    if (std::holds_alternative<announce_up>(each) || std::holds_alternative<announce_down>(each))
      news = &each;
    // Nothing is asked of an attempt that was not made yet.
    [[maybe_unused]] const auto* const open = std::get_if<open_connection>(&each);
    [[maybe_unused]] const auto* const beat = std::get_if<send_beat>(&each);
    assert((open == nullptr || open->attempt <= attempt_) && (beat == nullptr || beat->attempt <= attempt_));
  }
  // The proxies are told how it is, unless none is left to be told.
  assert(news == nullptr || state_ == state::stopped
         || std::holds_alternative<announce_up>(*news) == (state_ == state::up));
}

} // namespace cluster_store::actors
