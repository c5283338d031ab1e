#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <sys/socket.h>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

/// What the door asks of the system's sockets. All of them are non-blocking and closed in programs that this
/// process starts.
namespace cluster_store::door {

/// An address as the system takes it.
struct socket_address {
  boost::asio::generic::stream_protocol::endpoint where;
  std::shared_ptr<const unshared_descriptor> directory = {}; ///< Kept open for a path that has no room here.

  const sockaddr* get() const noexcept { return where.data(); }
  socklen_t length() const noexcept { return static_cast<socklen_t>(where.size()); }
  int family() const noexcept { return where.protocol().family(); }
};

/// @errors `invalid_argument` if no socket can have that path: it is empty, or its last part too long.
result<void> check_unix_path(const std::string& path);

/// A path longer than an address has room for is taken from its directory, which is opened for that.
/// @errors as of `check_unix_path`, and `unavailable` if that directory cannot be opened.
result<socket_address> unix_address(const std::string& path);

/// @returns the addresses of a TCP host that is an address or `localhost`; none for other names.
std::vector<socket_address> literal_addresses(const std::string& host, std::uint16_t port);

/// @returns the addresses of a host by name; blocks, perhaps for many seconds.
std::vector<socket_address> look_up(const std::string& host, std::uint16_t port);

bool is_loopback(const socket_address& where);

/// @returns the bytes that name the network of an address: of IPv4 the address, of IPv6 its first 64 bits,
/// which
///   is what one customer has.
std::string network_of(const socket_address& where);

/// Accepts one connection; none with `errno` set. @param from gets the other side's address.
unshared_descriptor accept_from(int listening, socket_address& from);

/// @returns a socket that listens at `where`; a Unix socket for its owner alone.
tl::expected<unshared_descriptor, std::error_code> listen_at(const socket_address& where);

/// @returns the port a TCP socket is bound to.
std::uint16_t local_port(int fd);

/// How far a connect got without blocking.
struct connect_attempt {
  unshared_descriptor socket;
  /// None: it is connected. `operation_in_progress`: wait until the socket is writable, then ask
  /// `connect_result`. `resource_unavailable_try_again` of a Unix socket: the listener's queue is full.
  std::error_code problem;
};

/// Begins to connect to `where`.
connect_attempt start_connect(const socket_address& where);

/// @returns how a pending connect ended.
std::error_code connect_result(int fd);

/// @returns whether this process's user is at the other end of a Unix socket: who listens, or who connected.
bool is_same_user(int fd);

/// Lets so many bytes be on their way through a Unix socket, as far as the system allows. Leaves TCP alone,
/// whose buffers grow by themselves.
/// @returns what to give for the former size; `bytes` for a socket that was left alone.
int exchange_send_buffer(int fd, int bytes);

/// Small messages leave at once, and a peer whose machine vanished is noticed.
void tune_tcp(int fd);

} // namespace cluster_store::door
