#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cluster_store::apps {

/// Counts durations in buckets whose width grows with the value, so that adding one costs an increment and
/// the memory is fixed.
///
/// Each power of two is divided into 128 equal buckets, so a percentile is at most 1/128 (0.8 %) above the
/// true value, never below; below 128 ns it is exact. Values from 0 to 2^63 ns. Source: the bucket scheme of
/// HdrHistogram. Not thread-safe.
class histogram {
public:
  /// Adds one duration; a negative one counts as 0.
  void add(std::chrono::nanoseconds time) {
    const auto value = time.count() < 0 ? 0 : static_cast<std::uint64_t>(time.count());
    ++counts_[bucket_of(value)];
    ++count_;
  }

  /// Adds what `other` counted.
  void add(const histogram& other);

  std::uint64_t count() const { return count_; }

  /// @returns the least duration that at least `share` of all counted ones do not exceed; 0 if none were
  /// counted.
  /// @param share from 0 to 1: 0.99 for the 99th percentile.
  std::chrono::nanoseconds percentile(double share) const;

  /// @returns what was counted, as `bucket:count,bucket:count`; `-` if nothing was. Without spaces.
  std::string text() const;

  /// Adds what `text` of another one returned to `into`.
  /// @returns whether it was all understood; else `into` has a part of it.
  static bool parse(std::string_view text, histogram& into);

private:
  static constexpr unsigned sub_bits = 7;
  static constexpr std::uint64_t sub_buckets = 1ULL << sub_bits;
  static constexpr std::size_t buckets = (64 - sub_bits) * sub_buckets;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < sub_buckets)
      return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - sub_bits - 1;
    return static_cast<std::size_t>((static_cast<std::uint64_t>(shift) << sub_bits) + (value >> shift));
  }

  static std::uint64_t largest_in(std::size_t bucket);

  std::array<std::uint64_t, buckets + sub_buckets> counts_{};
  std::uint64_t count_ = 0;
};

} // namespace cluster_store::apps
