#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/door/streams/byte_stream.hpp>
#include <cluster_store/actors/door/streams/readiness.hpp>

namespace cluster_store::door {

/// Says and hears the bytes of one preamble on a connected socket, never reading more than it is told to, and
/// not longer than a deadline.
///
/// Threads: the one that runs the `io_context`. Ownership: keeps itself alive while something is pending;
/// handlers may be called before the function that got them returns, and are not called after `close` or
/// `release`.
class conversation : public std::enable_shared_from_this<conversation> {
public:
  /// Called with what was heard, at least one byte, or with how it failed (`ended` or `failed`).
  using heard = std::function<void(progress, std::string_view)>;
  using action = std::function<void()>;

  /// It is over at once if the system cannot watch one more socket.
  conversation(boost::asio::io_context& io, unshared_descriptor socket);

  /// Calls `expired` unless the conversation is over by then; instead of what was set before.
  void set_deadline(std::chrono::steady_clock::time_point when, action expired);

  /// Waits for the first byte without taking it away.
  void glance(heard next);

  /// Goes on inside what `wrap` makes of the socket, and starts that; then calls `next` with no bytes.
  void change_to(const std::function<std::unique_ptr<byte_stream>(unshared_descriptor)>& wrap, heard next);

  /// Writes all of `words`, then reads between 1 and `wanted` bytes; only writes if `wanted` is 0, and then
  /// calls `next` with an empty view.
  void exchange(std::string words, std::size_t wanted, heard next);

  /// Writes what the socket takes at once and that nothing follows, drops what the other side still says
  /// until it hangs up (or says too much), and then calls `ended`: closing a socket with bytes that nobody
  /// read would reset the connection, and the reset could overtake the words.
  void say_last(std::string_view words, action ended);

  void close();
  bool is_over() const noexcept { return over_; }

  /// @returns why it failed, if a person can act on it.
  std::optional<error> complaint() const { return stream_ ? stream_->complaint() : std::nullopt; }

  /// Ends the conversation and gives its stream away.
  std::unique_ptr<byte_stream> release();

private:
  using attempt = std::function<step()>;

  void repeat(attempt what, std::function<void(step)> next);
  void hear(attempt what, heard next);
  step say();
  step drop();

  std::unique_ptr<byte_stream> stream_;
  readiness ready_;
  boost::asio::steady_timer timer_;
  std::string words_;
  std::size_t said_ = 0;
  std::size_t dropped_ = 0;
  std::array<char, 256> ear_{};
  std::size_t turn_ = 0; ///< What waits since an earlier one is void.
  bool over_ = false;
};

} // namespace cluster_store::door
