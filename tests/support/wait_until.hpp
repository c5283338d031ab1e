#pragma once

#include <chrono>
#include <ctime>

#include <poll.h>

namespace cluster_store::tests {

using deadline = std::chrono::steady_clock::time_point;

/// How much longer everything may take under the thread sanitizer.
#ifdef __SANITIZE_THREAD__
inline constexpr int slowness = 5;
#else
inline constexpr int slowness = 1;
#endif

/// @returns the moment until which something that takes `limit` at most may take.
inline deadline within(std::chrono::milliseconds limit) {
  return std::chrono::steady_clock::now() + slowness * limit;
}

/// @returns what is left until `limit`, never negative.
inline std::chrono::milliseconds left_until(deadline limit) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - std::chrono::steady_clock::now());
  return left.count() > 0 ? left : std::chrono::milliseconds{0};
}

/// Waits for something that cannot be polled, such as the end of a process: asks `holds` every 2 ms.
/// @returns whether it held before `limit`.
template <class Predicate>
bool wait_until(Predicate&& holds, deadline limit) {
  constexpr timespec between{0, 2'000'000};
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= limit)
      return false;
    ::ppoll(nullptr, 0, &between, nullptr);
  }
  return true;
}

} // namespace cluster_store::tests
