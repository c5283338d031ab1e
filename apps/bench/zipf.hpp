#pragma once

#include <cstdint>

#include <cluster_store/apps/bench/random.hpp>

namespace cluster_store::apps {

/// Picks keys as users do: few are popular, most are not. The key of rank r (from 1) is picked with a
/// probability proportional to 1 / r^exponent; which key has which rank is scattered over all of them.
///
/// Source: Gray et al., "Quickly generating billion-record synthetic databases" (SIGMOD 1994), as in YCSB's
/// ZipfianGenerator. Ranks 1 and 2 are exact, the others approximate. Pure; making one takes time
/// proportional to the keys (10^7: below a second), a pick takes one `pow`.
class zipf_picker {
public:
  /// @pre keys >= 1, 0 < exponent < 1.
  zipf_picker(std::uint32_t keys, double exponent);

  /// @returns a rank from 0 (the most popular) to keys - 1.
  std::uint32_t rank(quick_random& random) const;

  /// @returns which key has a rank; one for each. @pre rank < keys
  std::uint32_t key_of(std::uint32_t rank) const {
    return static_cast<std::uint32_t>((std::uint64_t{rank} * step_ + keys_ / 3) % keys_);
  }

  /// @returns a key from 0 to keys - 1.
  std::uint32_t pick(quick_random& random) const { return key_of(rank(random)); }

  /// @returns the probability of a rank (from 0).
  double probability(std::uint32_t rank) const;

private:
  std::uint32_t keys_;
  double exponent_;
  double sum_; ///< Of 1 / r^exponent over all ranks.
  double alpha_;
  double eta_;
  std::uint32_t step_; ///< Has no divisor in common with keys_, so that multiples of it reach each key once.
};

} // namespace cluster_store::apps
