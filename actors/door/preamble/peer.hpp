#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <cluster_store/actors/door/preamble/preamble.hpp>
#include <cluster_store/actors/endpoint.hpp>

namespace cluster_store::door {

/// @returns how peers know each other that meet at `where`.
inline proof_kind proof_at(const endpoint& where) {
  return where.what == endpoint::kind::unix_socket ? proof_kind::uid : proof_kind::secret;
}

/// Names one connection of this process; never 0, never used again.
using connection_id = std::uint64_t;

/// Who is at the other end of a connection.
struct peer {
  connection_id id = 0;
  wire::token pass{}; ///< What the server gave out for this connection.
  role granted = role::worker;
  std::string node;            ///< CAF's node id of the other process.
  process_instance instance{}; ///< Tells processes with the same node id apart.
  endpoint::kind through = endpoint::kind::unix_socket;
  bool accepted = false;                         ///< The other process connected to this one.
  const void* acceptor = nullptr;                ///< Which of the door's accepted it.
  std::chrono::steady_clock::time_point since{}; ///< When it was admitted.
};

} // namespace cluster_store::door
