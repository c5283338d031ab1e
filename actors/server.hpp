#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/status.hpp>

namespace cluster_store {

/// A master: its stores, supervised, and the endpoints they are served on.
///
/// Threads: all functions may be called from any thread; they block, so that in a callback `open` is refused,
/// `status` empty and `stop` left to another thread. Ownership: the last copy stops the server, and `exit` or
/// the return of `main` one that is still there, also with static storage. Every call on an empty or
/// moved-from server is `invalid_argument`, on a stopped one `unavailable`, and its handles end with it. In a
/// forked child every call on a server of its parent is `unavailable`, and its end does nothing.
class server {
public:
  server() = default; ///< An empty handle, as a moved-from one.

  /// @returns a handle of the store `name` in this process.
  /// @errors `invalid_argument` if there is no such store, `unavailable` if the server was stopped.
  result<client> open(const std::string& name = "default", const call_options& calls = {});

  /// The same with everything a handle can be told: of `how`, the store's name, `calls`, `queue`, the times
  /// and the callbacks are used.
  /// @errors also `invalid_argument` for bad options.
  result<client> open(const options& how);

  /// Figures as the stores report them now; a store that does not answer within 1 s is not `up`. Without
  /// stores if the server is stopped, empty, or one of another process.
  server_status status() const;

  /// Reads the files of `server_options::tls` again: whoever connects from now on is met with them, open
  /// connections stay. Does nothing without TLS. Blocks for the disk.
  /// @errors as of `serve` for these files, which are then not used: those that were read before stay in use.
  result<void> reload_certificates();

  /// Refuses new work, answers what was accepted, closes the engines and endpoints. Idempotent; at most 5 s.
  /// @errors `deadline_exceeded` naming the stores whose engines did not end in time, because a call of
  /// theirs hangs. Those are left behind with their threads, and the actor system if it is the library's: the
  /// process can go on or end, and the engine finds at its next start what it would find after a crash.
  result<void> stop();

  class implementation;
  explicit server(std::shared_ptr<implementation> body) : body_(std::move(body)) {}

private:
  std::shared_ptr<implementation> body_;
};

/// Starts a master in an actor system of its own. Blocks until every store is open and every endpoint
/// listens.
/// @errors `invalid_argument` for bad options, what an engine says when it cannot be opened, `io_error` if
///   there is no room for its threads, descriptors or memory, `unavailable` if
/// an endpoint
///   is taken, `unauthorized` if the secret file is missing or readable by others, or a certificate has
///   expired; `unsupported` for an endpoint beyond loopback without TLS.
result<server> serve(const server_options& how);

/// Asks the master at `where` for its figures.
/// @param secret_file and @param tls as in `options`. @param timeout for the whole call; blocks at most that
/// long.
/// @errors as of `open` in worker mode, and `deadline_exceeded`.
result<server_status> query_status(const endpoint& where, const std::string& secret_file,
                                   std::chrono::milliseconds timeout, const tls_options& tls = {});

} // namespace cluster_store
