#pragma once

#include <cstdint>

namespace cluster_store::apps {

/// Quick random numbers that are good enough to pick keys: Marsaglia's xorshift64, its seed spread by
/// splitmix64 (Vigna) so that neighbouring seeds have nothing in common. The same seed gives the same
/// numbers.
class quick_random {
public:
  explicit quick_random(std::uint64_t seed) {
    state_ = seed + 0x9E37'79B9'7F4A'7C15;
    state_ = (state_ ^ (state_ >> 30)) * 0xBF58'476D'1CE4'E5B9;
    state_ = (state_ ^ (state_ >> 27)) * 0x94D0'49BB'1331'11EB;
    state_ = (state_ ^ (state_ >> 31)) | 1; // never 0
  }

  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

  /// @returns a number from 0 to `bound` - 1.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  /// @returns a number from 0 to less than 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

private:
  std::uint64_t state_;
};

} // namespace cluster_store::apps
