#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <cluster_store/backends/coding/codec.hpp>

/// The bytes that travel between a proxy and a master (docs/protocol.md). Pure: no CAF, no clock, no socket.
/// Decoders accept any bytes: they answer `invalid_argument` for what they cannot read and never read past
/// the end.
namespace cluster_store::wire {

using backends::basic_writer;
using backends::reader;
using backends::room_for_bytes;
using backends::writer;

inline constexpr std::uint16_t protocol_min = 2;
inline constexpr std::uint16_t protocol_max = 2;

/// Longest frame a peer should build, unless one operation or one result alone is longer.
inline constexpr std::size_t frame_bytes_max = 1u << 20;

/// A frame of so many bytes is sent, and another begun: a message is handled when all of it has come, so with
/// longer ones the sender and the receiver of large sessions would take turns.
inline constexpr std::size_t frame_bytes_full = 256 * 1024;

/// A client that has taken so many bytes of results reports it at once; fewer with its next batch.
inline constexpr std::size_t unreported_bytes_max = 16 * 1024;

/// 128 random bits: identity of a store's data, or the pass a door gives out.
using token = std::array<std::uint8_t, 16>;

} // namespace cluster_store::wire
