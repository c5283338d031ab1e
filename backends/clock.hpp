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

} // namespace cluster_store
