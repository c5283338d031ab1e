#pragma once

#include <cstdint>

#include <cluster_store/actors/door/auth.hpp>

namespace cluster_store::actors {

/// @returns 64 bits nobody can guess: for client ids, and good enough for jitter.
inline std::uint64_t random_bits() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> octets = door::random_array<decltype(octets)>();
  std::uint64_t out = 0;
  for (const auto octet : octets)
    out = out << 8 | octet;
  return out;
}

} // namespace cluster_store::actors
