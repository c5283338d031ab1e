#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/door/sockets.hpp>
#include <cluster_store/actors/door/unique_fd.hpp>

namespace cluster_store::door {

/// Says and hears the bytes of one preamble on a connected socket, never reading more than it is told to, and
/// not longer than a deadline.
///
/// Threads: the one that runs the `io_context`. Ownership: keeps itself alive while something is pending;
/// handlers are not called after `close` or `release`.
class conversation : public std::enable_shared_from_this<conversation> {
public:
  /// Called with what was heard, at least one byte, or with why nothing was.
  using heard = std::function<void(std::error_code, std::string_view)>;

  /// It is over at once if the system cannot watch one more socket.
  conversation(boost::asio::io_context& io, unique_fd socket, int family);

  /// Calls `expired` unless the conversation is over by then.
  void set_deadline(std::chrono::steady_clock::time_point when, std::function<void()> expired);

  /// Writes all of `words`, then reads between 1 and `wanted` bytes; only writes if `wanted` is 0, and then
  /// calls `next` with an empty view.
  void exchange(std::string words, std::size_t wanted, heard next);

  /// Writes what the socket takes at once and closes it.
  void say_and_close(std::string_view words);

  void close();
  bool is_over() const noexcept { return over_; }

  /// Ends the conversation and gives the socket away.
  unique_fd release();

private:
  void listen(std::size_t wanted, heard next);

  boost::asio::generic::stream_protocol::socket socket_;
  boost::asio::steady_timer timer_;
  std::string words_;
  std::array<char, 256> ear_{};
  bool over_ = false;
};

} // namespace cluster_store::door
