#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cluster_store {

/// Fills `out` with bytes nobody can guess. Threads: any, also in a forked child. Ends the process if the
/// system has none: nothing could be trusted.
void fill_random(std::span<std::uint8_t> out);

/// @returns an array of bytes nobody can guess.
template <class Array>
Array random_array() {
  Array result;
  fill_random(result);
  return result;
}

/// @returns 64 bits nobody can guess: for client ids, and good enough for jitter.
inline std::uint64_t random_bits() {
  return std::bit_cast<std::uint64_t>(random_array<std::array<std::uint8_t, sizeof(std::uint64_t)>>());
}

} // namespace cluster_store
