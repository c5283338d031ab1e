#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/actors/door/preamble/preamble.hpp>
#include <cluster_store/actors/wire/greeting.hpp>

/// The frames of the preamble as bytes; shared by both sides. Numbers are big-endian.
namespace cluster_store::door::frames {

inline constexpr std::string_view magic{"\x89"
                                        "csdoor\n",
                                        8};
inline constexpr std::uint8_t revision = 1;

enum class kind : std::uint8_t { hello = 1, challenge = 2, proof = 3, welcome = 4, refusal = 255 };

inline constexpr std::size_t proof_bytes = 32; ///< HMAC-SHA-256.
inline constexpr std::size_t head_bytes = frame_reader::head_bytes;
inline constexpr std::size_t hello_bytes = head_bytes + 16 + 32 + 1 + node_bytes_max;
inline constexpr std::size_t challenge_bytes = hello_bytes;
inline constexpr std::size_t proof_frame_bytes = head_bytes + proof_bytes;
inline constexpr std::size_t welcome_bytes = head_bytes + 16 + proof_bytes;

/// First 16 bytes of every frame, the same in every revision.
struct head {
  kind what = kind::hello;
  std::uint8_t revision_number = revision;
  std::uint8_t generation = 0;
  std::uint8_t detail = 0; ///< hello, welcome: role. challenge: proof_kind. refusal: why. proof: 0.
  std::uint16_t protocol_lowest = 0;
  std::uint16_t protocol_highest = 0;
};

/// @returns the head of a frame of `self`.
std::string write_head(kind what, std::uint8_t detail, const identity& self);

/// @returns the head at the front of `bytes`, or nothing if the magic is another.
/// @pre `bytes.size() >= head_bytes`
std::optional<head> read_head(std::string_view bytes);

/// @returns a hello or challenge.
std::string write_introduction(kind what, std::uint8_t detail, const identity& self,
                               const challenge_nonce& nonce);

/// @returns who a hello or challenge introduces, or nothing if it makes no sense.
/// @pre `bytes` starts with a head and has `hello_bytes` bytes
std::optional<identity> read_introduction(std::string_view bytes);

/// @returns whether there is a protocol version that both speak.
bool protocols_overlap(const identity& a, const identity& b) noexcept;

/// @returns the client's proof: HMAC-SHA-256 over its label and `transcript` (hello and challenge).
std::string client_proof(std::string_view key, std::string_view transcript);

/// @returns the server's proof: as `client_proof` with another label, over hello, challenge, the client's
/// proof
///   frame, the head of the welcome and the pass.
std::string server_proof(std::string_view key, std::string_view transcript);

/// @returns the proof of a handle, one of several that share a connection: as `client_proof` with another
/// label,
///   over the pass, the client id and the role that its hello at the gate says.
std::string handle_proof(std::string_view key, const wire::hello& said);

/// @returns whether two proofs are equal, in constant time.
bool same_proof(std::string_view a, std::string_view b) noexcept;

} // namespace cluster_store::door::frames
