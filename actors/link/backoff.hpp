#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>

#include <cluster_store/backends/clock.hpp>

namespace cluster_store::actors {

/// How long to wait before the next attempt: not at all, then 50 ms, doubled up to 2 s, each ±20 % so that
/// many workers do not return at the same moment. Starts over once a connection was healthy for 10 s. Pure.
class backoff {
public:
  static constexpr std::chrono::milliseconds first_delay{50};
  static constexpr std::chrono::milliseconds longest_delay{2'000};
  static constexpr std::chrono::seconds healthy_after{10};

  /// An attempt succeeded.
  void up(steady_time now) noexcept { up_since_ = now; }

  /// The last attempt failed, or what it had reached was lost.
  /// @param random any 64 bits, for the jitter.
  /// @returns how long to wait before the next attempt. @post nothing, or 40 ms to 2.4 s.
  std::chrono::microseconds next(steady_time now, std::uint64_t random) noexcept {
    if (up_since_ && now - *up_since_ >= healthy_after)
      attempts_ = 0;
    up_since_.reset();
    if (attempts_++ == 0)
      return std::chrono::microseconds{0};
    const auto doublings = std::min(attempts_ - 2, 6u);
    const auto delay = std::min(first_delay * (1 << doublings), longest_delay);
    const auto percent = 80 + static_cast<std::int64_t>(random % 41);
    const auto jittered = std::chrono::duration_cast<std::chrono::microseconds>(delay) * percent / 100;
    assert(jittered * 100 >= first_delay * 80 && jittered * 100 <= longest_delay * 120);
    return jittered;
  }

private:
  unsigned attempts_ = 0;
  std::optional<steady_time> up_since_;
};

} // namespace cluster_store::actors
