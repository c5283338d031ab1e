#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/actors/options.hpp>

namespace cluster_store {

/// State of a handle's connection, for status and metrics.
struct connection_status {
  bool connected = false;
  /// Where the store is: in this process (`standalone`, `master`) or in another one (`worker`). In mode
  /// `automatic` that until it is known, and what it was last while it is between two.
  mode role = mode::standalone;
  std::chrono::system_clock::time_point role_since{}; ///< By the wall clock.
  std::uint64_t connects = 0;                         ///< Welcomes so far.
  std::uint64_t disconnects = 0;                      ///< Losses so far.
  std::uint64_t pending = 0;                          ///< Unanswered operations now.
  std::uint64_t callback_exceptions = 0; ///< Callbacks that threw something, which is dropped, so far.
};

/// Figures of one store, for status.
struct store_status {
  std::string name;
  std::string engine;           ///< Scheme of its backend; empty until it was opened once.
  bool up = false;              ///< Whether it answers now.
  std::uint64_t sessions = 0;   ///< Stored sessions, expired ones that were not swept yet included.
  std::uint64_t clients = 0;    ///< Rows of the client table.
  std::uint64_t operations = 0; ///< Executed since the start.
  std::uint64_t commits = 0;    ///< Commits since the start.
  std::uint64_t restarts = 0;   ///< Restarts of its actor since the start.
  std::string problem;          ///< Why it is not up or read-only; empty if it is well.
};

/// A process whose handles are welcome at a master now.
struct worker_status {
  std::string name;             ///< `options::worker_name`.
  std::uint64_t number = 0;     ///< Its number if a master started it as its child (`children`), else 0.
  std::uint64_t process_id = 0; ///< As it calls itself.
  std::uint64_t handles = 0;    ///< How many handles of this name it has open.
};

/// Figures of a master.
struct server_status {
  std::vector<store_status> stores;
  std::vector<endpoint> endpoints;    ///< Those that are served now: chosen ports filled in, paths absolute.
  std::uint64_t connections = 0;      ///< Worker processes now.
  std::uint64_t refused = 0;          ///< Strangers refused at the door since the start.
  std::vector<worker_status> workers; ///< In the order of their numbers; the master's own handles, too.
};

} // namespace cluster_store
