#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/door/preamble/failure_limit.hpp>
#include <cluster_store/actors/door/preamble/peer.hpp>
#include <cluster_store/actors/door/trust/auth.hpp>
#include <cluster_store/actors/door/trust/tls_context.hpp>
#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/backends/result.hpp>

/// The door between an actor system and the world: it listens and connects in place of CAF, whose own port
/// any stranger could crash, and hands CAF a socket only after both ends have proved who they are
/// (docs/security.md).
namespace cluster_store::door {

class inside;
class acceptor;

/// How to serve an endpoint.
struct listen_options {
  caf::actor gate;                    ///< What a peer that was let in gets to know.
  secrets keys;                       ///< Needed on TCP; not used on a Unix socket.
  std::size_t connections_max = 1024; ///< Accepted by the whole door at once, at least 1.
  std::size_t preambles_max = 64;     ///< Strangers at once; one more turns away the oldest. At least 1.
  std::chrono::milliseconds preamble_timeout{2000}; ///< For the preamble; as long again for TLS before it.
  failure_limit::limits failures; ///< Beyond them the network of a stranger is turned away for a while.
  std::optional<tls_context> tls; ///< Of a server. Needed beyond loopback; not used on a Unix socket.
  /// How often a Unix socket is looked at: whether its files are still there.
  std::chrono::milliseconds look_every{1000};
  /// Told what happens to the endpoint, on the door's thread: do not block there.
  std::function<void(const endpoint_event&)> on_event;
  /// Called once for every connection accepted here after CAF has forgotten it, on the door's thread: do not
  /// block there. Perhaps not for connections that are open when the door shuts down.
  std::function<void(const peer&)> ended;
};

/// How to connect.
struct connect_options {
  role wanted = role::worker;
  std::optional<secret> key; ///< Needed on TCP; not used on a Unix socket.
  /// Files to be read at every attempt. Needed beyond loopback; not used on a Unix socket.
  std::optional<tls_options> tls;
  /// To find, reach and convince the server; with TLS it begins anew when TLS has.
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds handshake_timeout{2000}; ///< For CAF after that.
};

/// @returns a name of the way to `where`, the same if and only if it would be gone with the same role, secret
/// and
///   files of TLS. Tells nothing of the secret.
std::string way_to(const endpoint& where, const connect_options& how);

/// An open way to a server. It stays open when the last copy goes: see `door::close`.
struct link {
  caf::actor gate;    ///< Monitor it: it goes down with the connection.
  wire::token pass{}; ///< To show at the gate.
  connection_id id = 0;
};

/// An endpoint that is being served. Its end stops that; connections stay. Threads: any, one at a time.
/// Ownership: end it before its actor system.
class listener {
public:
  listener(std::shared_ptr<inside> door, std::shared_ptr<acceptor> body, endpoint where);
  listener(listener&&) noexcept = default;
  listener& operator=(listener&&) = delete;
  ~listener();

  /// The endpoint with the port the system chose.
  const endpoint& where() const noexcept { return where_; }

  /// Whoever comes from now on is met with `tls`; open connections stay. @pre it was listening with TLS.
  void use(tls_context tls);

  /// Stops serving; a Unix socket's file is removed when this returns. Idempotent.
  void close();

  /// Closes the connections that were accepted here; others of the same door stay.
  void close_connections();

private:
  std::shared_ptr<inside> door_;
  std::shared_ptr<acceptor> body_;
  endpoint where_;
};

/// Uses a door without keeping it open: for what runs on threads that must not shut it, because that waits.
///
/// Threads: any. Copies are cheap. Once the door is shut, nothing can be connected and closing does nothing.
class reference {
public:
  explicit reference(std::shared_ptr<inside> entrance) : inside_(std::move(entrance)) {}

  /// Connects to a server, or shares the open connection to it: CAF knows one connection per process, so all
  /// in this actor system who connect to a server get the same, unless it was closed or its gate is down. Who
  /// shares has proved no secret: the gate asks each handle for a proof (`handle_proof`).
  /// @param done called once on the door's thread (on the caller's after its end): do not block there.
  /// @errors `unavailable` if nobody listens, the server is silent, leaves, or has a node id that is taken;
  ///   `unauthorized`, `version_mismatch` and `overloaded` if the server says so; `unauthorized` also if one
  ///   side does not accept the other's certificate or only one speaks TLS; `unsupported` beyond loopback
  ///   without TLS; what `tls_context::load` says of the files of TLS.
  void connect(const endpoint& where, const connect_options& how,
               std::function<void(result<link>)> done) const;

  /// Closes a connection of either side; all who share it see its gate or their peers go down. Close a link
  /// that is silent before connecting again, or the same is shared again.
  void close(connection_id id) const;

  /// Gives back what one call of `connect` got: the connection is closed when all have who share it.
  void leave(connection_id id) const;

  /// @returns CAF's actor of the network, which must live as long as the door; nothing after its end.
  caf::actor broker() const;

protected:
  std::shared_ptr<inside> inside_;
};

/// The one door of an actor system.
///
/// Threads: all functions from any thread. It has one thread of its own, on which nothing may block.
/// Ownership: shared; the last owner shuts it down, and must do so before the actor system ends.
class door : public reference {
public:
  /// @pre `system` has loaded `caf::io::middleman`.
  /// @returns the door of `system`, opened at the first call.
  static std::shared_ptr<door> of(caf::actor_system& system);

  ~door();
  reference refer() const { return *this; }
  door(const door&) = delete;
  door& operator=(const door&) = delete;

  /// Serves `where`. Blocks for the disk and for CAF's broker, at most 5 s; not on a thread of CAF's
  /// middleman.
  /// @errors `unavailable` if another process serves it, `unauthorized` for TCP without a secret,
  /// `unsupported`
  ///   beyond loopback without TLS, `invalid_argument` for an endpoint that makes no sense,
  ///   `io_error` if the system refuses, `overloaded` if too many gates are served.
  result<listener> listen(const endpoint& where, listen_options how);

  /// @returns who holds the pass, if this door gave it out and the connection is open.
  std::optional<peer> find(const wire::token& pass) const;

  /// @returns the open connections of both directions.
  std::vector<peer> connections() const;

  /// @returns how many connections this door accepted and has not lost.
  std::size_t accepted() const;

  /// @returns how many were refused at this door since it opened.
  std::uint64_t refused() const;

  /// Stops listening, fails what is connecting, closes the connections and ends the thread. Waits at most 1 s
  /// for CAF to let go. Idempotent.
  void shutdown();

private:
  explicit door(caf::actor_system& system);
};

} // namespace cluster_store::door
