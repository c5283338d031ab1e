#pragma once

#include <list>
#include <memory>
#include <optional>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/door/inside.hpp>
#include <cluster_store/actors/door/preamble/failure_limit.hpp>
#include <cluster_store/actors/door/sockets/socket_file.hpp>
#include <cluster_store/actors/door/sockets/sockets.hpp>

namespace cluster_store::door {

class visit;

/// A listening socket, bound and not yet served.
struct listening_socket {
  endpoint where;                  ///< With the real port.
  std::optional<socket_file> file; ///< Owns a Unix socket.
  unshared_descriptor tcp;

  int fd() const noexcept { return file ? file->listening() : tcp.get(); }
};

/// Opens the socket for `where`. Any thread; blocks for the disk.
/// @errors as `door::listen`.
result<listening_socket> open_listening(const endpoint& where, bool has_secret, bool has_tls);

/// Accepts connections at one endpoint and lets those in who prove themselves. A stranger costs a socket and
/// a small buffer for at most `preamble_timeout`.
///
/// Threads: the door's.
class acceptor : public std::enable_shared_from_this<acceptor> {
public:
  acceptor(inside& door, listening_socket socket, listen_options how,
           std::shared_ptr<const middleman::publication> gate);

  void start();

  /// As `listener::use`.
  void use(tls_context tls) { how_.tls = std::move(tls); }

  /// Closes the socket and turns away who has not been let in. Idempotent.
  void close();

private:
  friend class visit;
  using visits = std::list<std::shared_ptr<visit>>;

  void wait();
  void accept_some();
  void go_on() noexcept;
  void greet(unshared_descriptor socket, const socket_address& from);
  void pause();
  void watch();
  void look_later();
  void look();
  void tell_of(const result<void>& mended);
  void tell(endpoint_event::kind what, std::string message);

  inside& door_;
  listening_socket socket_;
  listen_options how_;
  std::shared_ptr<const middleman::publication> gate_;
  boost::asio::posix::stream_descriptor watched_;
  boost::asio::steady_timer pause_;
  boost::asio::steady_timer look_;
  std::string trouble_;       ///< What was told of it last, while a look finds any.
  visits visits_;             ///< Oldest first.
  std::size_t strangers_ = 0; ///< Those of them that have not proved themselves yet.
  bool waits_ = false;        ///< For the socket: at most once.
  bool closed_ = false;
  failure_limit failures_; ///< By the networks of strangers, which for a Unix socket have none.
};

} // namespace cluster_store::door
