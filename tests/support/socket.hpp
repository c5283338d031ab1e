#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <cluster_store/tests/support/file_descriptor.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

namespace cluster_store::tests {

/// @returns a connected, non-blocking socket to `unix:PATH` or `HOST:PORT` (a number of IPv4).
/// @throws std::system_error if nobody listens there.
file_descriptor connect_to(const std::string& endpoint);

/// @returns a listening socket on a free port of 127.0.0.1; not accepting yet.
file_descriptor listen_on_loopback();

/// @returns a listening Unix socket at `path`, where nothing is yet; not accepting yet.
file_descriptor listen_at_unix(const std::string& path);

/// @returns the port of a bound socket.
std::uint16_t port_of(const file_descriptor& socket);

/// @returns an endpoint of 127.0.0.1 where nobody listened a moment ago.
std::string unused_endpoint();

/// Accepts one connection and hangs up. @returns what was sent there at first; empty after 10 s of nothing.
std::string first_bytes_from(const file_descriptor& listener);

/// A connection of somebody who need not be honest.
class stranger {
public:
  explicit stranger(const std::string& endpoint) : socket_(connect_to(endpoint)) {}

  /// @pre `connected` is non-blocking.
  explicit stranger(file_descriptor connected) : socket_(std::move(connected)) {}

  /// Sends all of `bytes`. @returns false if the other side closed before or does not read until `limit`.
  bool send(std::string_view bytes, deadline limit = within(std::chrono::seconds{5}));

  /// Hangs up.
  void close() noexcept { socket_.close(); }

  /// Reads what is there. @returns whether one of the sides has closed.
  bool is_closed() { return !socket_.is_open() || wait_for_close(within(std::chrono::seconds{0})); }

  /// Waits until the other side closes. @returns false if it is open at `limit`.
  bool wait_for_close(deadline limit);

  /// What was received so far, by `wait_for_close` and `receive`.
  const std::string& received() const noexcept { return received_; }

  /// Waits for at least `bytes` in all. @returns false if they did not come until `limit`.
  bool receive(std::size_t bytes, deadline limit = within(std::chrono::seconds{5}));

private:
  bool read_some(deadline limit);

  file_descriptor socket_;
  std::string received_;
  bool closed_ = false;
};

} // namespace cluster_store::tests
