#include <cluster_store/actors/runtime/short_wait.hpp>

#include <thread>
#include <utility>

namespace cluster_store::actors {

namespace {

using steady = std::chrono::steady_clock;

/// Looks between two offers of the processor.
constexpr int looks = 64;

bool is_done(const std::atomic<int>& done) noexcept {
  for (int look = 0; look < looks; ++look)
    if (done.load(std::memory_order_acquire) != 0)
      return true;
  return false;
}

/// Returns when it is done, at `end`, or as soon as it costs more than sleeping.
void look(const std::atomic<int>& done, steady::time_point end) noexcept {
  thread_local lost_slices lost;
  for (auto now = steady::now(); now < end && !lost.pauses(now) && !is_done(done);) {
    std::this_thread::yield();
    const auto before = std::exchange(now, steady::now());
    lost.offered(now, now - before);
  }
}

} // namespace

void short_wait::wait(const std::atomic<int>& done) noexcept {
  const auto begun = steady::now();
  if (is_likely_short())
    look(done, begun + awake_max);
  done.wait(0, std::memory_order_acquire);
  short_.store(steady::now() < begun + awake_max, std::memory_order_relaxed);
}

} // namespace cluster_store::actors
