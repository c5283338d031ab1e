#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <random>

namespace cluster_store::simulation {

/// The one source of everything that is not determined: the same seed, the same run. One thread.
class random_source {
public:
  using duration = std::chrono::steady_clock::duration;

  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }

  /// @pre `end > 0`. @returns a number below `end`.
  std::uint64_t below(std::uint64_t end) { return bits() % end; }

  /// @returns a number from `first` to `last`.
  std::uint64_t between(std::uint64_t first, std::uint64_t last) { return first + below(last - first + 1); }

  duration between(duration first, duration last) {
    return first
           + duration{
               static_cast<duration::rep>(below(static_cast<std::uint64_t>((last - first).count()) + 1))};
  }

  /// @returns true `in_thousand` times of 1 000.
  bool happens(unsigned in_thousand) { return below(1'000) < in_thousand; }

  /// @returns the time to the next of events that are independent of each other, `mean` apart on average.
  duration about(duration mean) {
    const auto part = static_cast<double>(bits() >> 11) * 0x1.0p-53;
    return duration{static_cast<duration::rep>(-std::log1p(-part) * static_cast<double>(mean.count()))};
  }

  template <class List>
  auto one_of(const List& list) {
    return list[below(list.size())];
  }

private:
  std::mt19937_64 engine_;
};

} // namespace cluster_store::simulation
