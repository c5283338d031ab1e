#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <cluster_store/actors/status.hpp>
#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/backend.hpp>

/// How a client and a store meet and part, and how a master says how it is.
namespace cluster_store::wire {

/// First message of a proxy to the gate.
struct hello {
  token pass{}; ///< From the door; zero on the local route.
  std::uint16_t protocol_lowest = protocol_min;
  std::uint16_t protocol_highest = protocol_max;
  std::string store; ///< Name of the store, 1–64 bytes.
  backends::client_id client;
  std::string worker; ///< Name for admission and status, at most 64 bytes.
  std::uint64_t process_id = 0;
  std::uint64_t answers_window =
      0;                    ///< Bytes of results that may be on their way at once; a larger one alone.
  bool administers = false; ///< Asks for the rights of an admin.
  std::string proof = {};   ///< That the handle knows the secret of its role (`door::handle_proof`).
  /// How this process would keep the store if it were the master, in words; empty if it will not be.
  std::string keeps;
  std::uint64_t worker_number = 0; ///< Of a process that a master started as its child; 0 = of any other.

  friend bool operator==(const hello&, const hello&) = default;
};

/// The gate's answer to a hello that succeeded.
struct welcome {
  std::uint16_t protocol = protocol_max; ///< The version both speak from now on.
  std::uint64_t ticket = 0;              ///< Goes into every batch of this connection; never 0.
  token incarnation{};                   ///< Identity of the store's data.
  bool known = false;                    ///< Whether the store has a record of this client.
  std::uint64_t forgotten_ticket =
      0; ///< Of a client that is not known and had a larger one, nothing was applied.
  std::uint64_t last_applied = 0; ///< Highest sequence number of this client's mutations, 0 if none.
  std::uint32_t capabilities = 0; ///< Bits of `operations::description::capability`.
  session_limits limits;
  std::uint32_t in_flight_max = 0;    ///< Most operations a client may have unanswered.
  std::uint64_t requests_granted = 0; ///< Bytes of operations that it may have sent, before it asks for more.

  friend bool operator==(const welcome&, const welcome&) = default;
};

/// A client's farewell: the store forgets it.
struct bye {
  backends::client_id client;
  std::uint64_t ticket = 0;

  friend bool operator==(const bye&, const bye&) = default;
};

std::string encode(const hello& message);
result<hello> decode_hello(std::string_view bytes);

/// A welcome or the error that says why there is none.
std::string encode(const result<welcome>& message);
result<welcome> decode_welcome(std::string_view bytes);

std::string encode(const bye& message);
result<bye> decode_bye(std::string_view bytes);

/// What a `status_message` asks with: the pass, and what the asker understands.
std::string encode_status_query(const token& pass);

/// A query for the figures of a master.
struct status_query {
  token pass{};         ///< Zero if there is none.
  bool workers = false; ///< Whether the asker understands workers, which older ones do not.
};

status_query decode_status_query(std::string_view bytes);

/// Answer of the gate to a `status_message`.
/// @param with_workers whether the asker understands them.
std::string encode_status(const result<server_status>& what, bool with_workers = true);

/// @errors the error that was sent, or `invalid_argument` if the bytes are not readable.
result<server_status> decode_status(std::string_view bytes);

} // namespace cluster_store::wire
