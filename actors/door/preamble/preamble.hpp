#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/result.hpp>

/// What two processes say to each other before CAF sees a byte (docs/security.md lists the frames). Pure:
/// bytes in, bytes out; no socket, no clock, no CAF.
namespace cluster_store::door {

/// What a peer may do behind the door.
enum class role : std::uint8_t {
  worker = 1,
  admin = 2, ///< Also what a worker may do.
};

/// How the peers know each other.
enum class proof_kind : std::uint8_t {
  uid = 1,    ///< Unix socket: the kernel vouches for the user; the key of the proofs is empty.
  secret = 2, ///< TCP: both sides prove that they know the secret of the role.
};

/// Why a server refuses. The numbers travel and are never reused.
enum class refusal : std::uint8_t {
  protocol = 1,     ///< No common protocol version, or another revision of the preamble.
  generation = 2,   ///< Another generation of CAF.
  unauthorized = 3, ///< No or a wrong proof, or another user.
  connections = 4,  ///< As many connections as the server allows.
  node_in_use = 5,  ///< A living process has the same CAF node id.
  same_node = 6,    ///< The server itself has the same CAF node id.
  malformed = 7,    ///< Not a frame of the preamble.
  strangers = 8,    ///< Too many preambles at once; this one was the oldest.
  needs_tls = 9,    ///< The endpoint speaks TLS; said without it.
};

using challenge_nonce =
    std::array<std::uint8_t, 32>;     ///< Fresh random bytes, one for each side and connection.
using process_instance = wire::token; ///< Random, one for each door.

inline constexpr std::size_t node_bytes_max = 128;

/// What a side says about itself.
struct identity {
  std::uint16_t protocol_lowest = wire::protocol_min;
  std::uint16_t protocol_highest = wire::protocol_max;
  std::uint8_t generation = 0; ///< Of CAF: 0 or 1.
  std::string node;            ///< CAF's node id as text: 1–128 printable ASCII characters.
  process_instance instance{};

  friend bool operator==(const identity&, const identity&) = default;
};

/// The keys of a server by role; views that must live as long as the preamble. An empty one admits nobody.
struct role_keys {
  std::string_view worker;
  std::string_view admin;

  std::string_view of(role which) const noexcept { return which == role::admin ? admin : worker; }
};

/// @returns what a client reports when `server` refused `client` for `why`; the server's node may be unknown.
error refusal_error(refusal why, const identity& client, const identity& server);

/// Collects the bytes of one frame after the other; asks for the head of each first.
class frame_reader {
public:
  static constexpr std::size_t head_bytes = 16;

  /// Bytes that are still missing of what was asked for.
  std::size_t missing() const noexcept { return wanted_ - buffer_.size(); }
  void want(std::size_t bytes) noexcept { wanted_ = bytes; }
  /// @pre `bytes.size() <= missing()` @returns whether all that was asked for is there.
  bool add(std::string_view bytes);
  std::string_view view() const noexcept { return buffer_; }
  /// Begins with the next frame.
  void clear() { *this = {}; }

private:
  std::string buffer_;
  std::size_t wanted_ = head_bytes;
};

/// The accepting side. Says nothing that depends on a key before the peer has proved that it has it.
class server_preamble {
public:
  enum class stage : std::uint8_t {
    talking, ///< Feed it what it wants.
    proved,  ///< The peer is who it says: answer with `admit` or `refuse`.
    refused, ///< Send what it said last and close.
    admitted ///< Send what it said last; what follows on the connection belongs to CAF.
  };

  /// @pre `self.node` has 1–128 characters; `nonce` was never used before.
  server_preamble(identity self, proof_kind kind, role_keys keys, const challenge_nonce& nonce);

  stage at() const noexcept { return stage_; }

  /// How many bytes to read at most. Never read more: what follows the preamble belongs to CAF.
  std::size_t wanted() const noexcept { return stage_ == stage::talking ? reader_.missing() : 0; }

  /// Takes bytes of the peer; any portion up to `wanted()`.
  /// @returns what to send.
  std::string feed(std::string_view bytes);

  /// @pre `at() == stage::proved`
  /// @returns the last frame: `pass` for the peer, and the server's own proof.
  std::string admit(const wire::token& pass);

  /// Ends the preamble at any stage.
  /// @returns the last frame.
  std::string refuse(refusal why);

  /// What the peer says of itself; believe it from stage `proved` on.
  const identity& peer() const noexcept { return peer_; }
  role wanted_role() const noexcept { return role_; }
  /// Why it was refused.
  refusal reason() const noexcept { return reason_; }

private:
  std::string on_head();
  std::string on_hello();
  std::string on_proof();

  identity self_;
  proof_kind kind_;
  role_keys keys_;
  challenge_nonce nonce_;
  stage stage_ = stage::talking;
  frame_reader reader_;
  identity peer_;
  role role_ = role::worker;
  refusal reason_ = refusal::malformed;
  std::string transcript_; ///< Every byte of both directions so far.
};

/// The connecting side.
class client_preamble {
public:
  enum class stage : std::uint8_t {
    talking,    ///< Feed it what it wants.
    challenged, ///< It knows who the server claims to be: go on with `prove`, or close.
    admitted,   ///< The server proved itself; what follows on the connection belongs to CAF.
    failed      ///< Close; `problem()` says why.
  };

  /// @pre `self.node` has 1–128 characters; `nonce` was never used before; `key` outlives this object.
  client_preamble(identity self, role wanted, proof_kind kind, std::string_view key,
                  const challenge_nonce& nonce);

  stage at() const noexcept { return stage_; }

  /// @returns the first frame.
  std::string hello();

  /// As `server_preamble::wanted`.
  std::size_t wanted() const noexcept { return stage_ == stage::talking ? reader_.missing() : 0; }

  /// Takes bytes of the server; any portion up to `wanted()`.
  void feed(std::string_view bytes);

  /// @pre `at() == stage::challenged`
  /// @returns the proof to send.
  std::string prove();

  /// Who the server claims to be, from stage `challenged` on; believe it from stage `admitted` on.
  const identity& server() const noexcept { return server_; }
  /// @pre `at() == stage::admitted`
  const wire::token& pass() const noexcept { return pass_; }
  /// @pre `at() == stage::failed`
  const error& problem() const noexcept { return *problem_; }

private:
  void on_head();
  void on_challenge();
  void on_welcome();
  void give_up(error why);

  identity self_;
  role role_;
  proof_kind kind_;
  std::string_view key_;
  challenge_nonce nonce_;
  stage stage_ = stage::talking;
  frame_reader reader_;
  bool proved_ = false;
  identity server_;
  wire::token pass_{};
  std::optional<error> problem_;
  std::string transcript_;
};

} // namespace cluster_store::door
