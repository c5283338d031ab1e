#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// The bytes that travel between a proxy and a master (docs/protocol.md). Pure: no CAF, no clock, no socket.
/// Decoders accept any bytes: they answer `invalid_argument` for what they cannot read and never read past
/// the end.
namespace cluster_store::wire {

inline constexpr std::uint16_t protocol_min = 1;
inline constexpr std::uint16_t protocol_max = 1;

/// Longest frame a peer should build, unless one operation or one result alone is longer.
inline constexpr std::size_t frame_bytes_max = 1u << 20;

/// 128 random bits: identity of a store's data, or the pass a door gives out.
using token = std::array<std::uint8_t, 16>;

} // namespace cluster_store::wire
