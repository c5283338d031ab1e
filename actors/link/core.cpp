#include <cluster_store/actors/link/core.hpp>

namespace cluster_store::actors {

void link_core::start() {
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
  if (!awaits(attempt))
    return;
  state_ = state::up;
  backoff_.up(now);
  unanswered_since_.reset();
  wakeup_ = now + beat_interval;
  effects_.emplace_back(announce_up{});
}

void link_core::failed(std::uint64_t attempt, const error& why, steady_time now) {
  if (!awaits(attempt))
    return;
  effects_.emplace_back(announce_down{why});
  connect_later(now);
}

void link_core::lost(const error& why, steady_time now) {
  if (state_ != state::up)
    return;
  effects_.emplace_back(close_connection{});
  effects_.emplace_back(announce_down{why});
  connect_later(now);
}

void link_core::beat_answered(std::uint64_t attempt) {
  if (state_ == state::up && attempt == attempt_)
    unanswered_since_.reset();
}

void link_core::tick(steady_time now) {
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
  if (state_ == state::up)
    effects_.emplace_back(close_connection{});
  state_ = state::stopped;
}

std::optional<steady_time> link_core::next_wakeup() const {
  if (state_ == state::waiting || state_ == state::up)
    return wakeup_;
  return std::nullopt;
}

} // namespace cluster_store::actors
