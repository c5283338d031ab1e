#include <cluster_store/actors/short_wait.hpp>

#include <thread>

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

} // namespace

void short_wait::wait(const std::atomic<int>& done) noexcept {
  const auto sleep_at = steady::now() + awake_max;
  if (is_likely_short())
    while (!is_done(done) && steady::now() < sleep_at)
      std::this_thread::yield();
  done.wait(0, std::memory_order_acquire);
  short_.store(steady::now() < sleep_at, std::memory_order_relaxed);
}

} // namespace cluster_store::actors
