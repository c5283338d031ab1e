#pragma once

#include <atomic>

#include <cluster_store/actors/runtime/wakefulness_core.hpp>

namespace cluster_store::actors {

/// Waits for another thread, awake at first if that is likely to be short: to put a processor to sleep and to
/// wake it can cost more than the answer does.
///
/// Looks and yields for at most `awake_max`, and only if the last wait ended within that time; then it
/// sleeps. So it is not awake for what is slow or away, and others that want the processor get it. A
/// thread to which they gave it back late sleeps for a while whenever it waits (`lost_slices`).
///
/// Threads: any number of threads that belong to callers, never one of an actor.
class short_wait {
public:
  static constexpr auto awake_max = wakefulness::awake_max;

  /// Blocks until `done` is not 0. @pre whoever sets it calls `notify_one` or `notify_all` then.
  void wait(const std::atomic<int>& done) noexcept;

  /// @returns whether the next wait is to be awake at first.
  bool is_likely_short() const noexcept { return short_.load(std::memory_order_relaxed); }

private:
  std::atomic<bool> short_{true};
};

} // namespace cluster_store::actors
