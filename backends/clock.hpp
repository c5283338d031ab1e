#pragma once

#include <chrono>

namespace cluster_store {

/// A moment by the wall clock of the process that owns the store, in milliseconds since the Unix epoch (UTC).
/// Expiry is judged by it, so workers' clocks do not matter.
using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// A moment by a clock that never jumps: deadlines, back-off, heartbeats.
using steady_time = std::chrono::steady_clock::time_point;

/// Where shells get the time they hand to the cores. Safe to call from any thread.
class clock {
public:
  virtual ~clock() = default;

  /// @returns the wall clock's time; may jump, also backwards.
  virtual wall_time wall() const = 0;

  /// @returns the steady clock's time; never goes backwards.
  virtual steady_time steady() const = 0;
};

/// Follows a wall clock that may be set back, and never goes back itself: from there on it goes as that does,
/// ahead of it, until that has overtaken it. So nothing that is over lives again, and no life gets longer.
class forward_clock {
public:
  wall_time operator()(wall_time shown) noexcept {
    if (shown >= last_)
      ahead_ = {};
    else if (shown + ahead_ < last_)
      ahead_ = last_ - shown;
    return last_ = shown + ahead_;
  }

private:
  wall_time last_ = wall_time::min();
  wall_time::duration ahead_{};
};

} // namespace cluster_store
