#pragma once

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cluster_store/actors/door/streams/byte_stream.hpp>

namespace cluster_store::door {

/// Waits until a descriptor that somebody else owns can be read or written.
///
/// Threads: the one that runs the `io_context`. Ownership: forgets the descriptor when it goes; call `forget`
/// before the descriptor is closed.
class readiness {
public:
  explicit readiness(boost::asio::io_context& io) : descriptor_(io) {}
  readiness(const readiness&) = delete;
  readiness& operator=(const readiness&) = delete;
  ~readiness() { forget(); }

  /// @returns false if the system cannot watch one more.
  bool watch(int fd) {
    boost::system::error_code problem;
    descriptor_.assign(fd, problem);
    return !problem;
  }

  /// Handlers that wait are called with an error.
  void forget() {
    if (descriptor_.is_open())
      descriptor_.release();
  }

  /// Calls `handler(error)` once what a step waits for is possible. @pre `what.waits()`
  template <class Handler>
  void wait(step what, Handler&& handler) {
    using descriptor = boost::asio::posix::stream_descriptor;
    descriptor_.async_wait(what.what == progress::wants_read ? descriptor::wait_read : descriptor::wait_write,
                           std::forward<Handler>(handler));
  }

  /// Calls `handler(error)` once the other side has closed the connection in both directions, or it failed.
  template <class Handler>
  void wait_for_hang_up(Handler&& handler) {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_error, std::forward<Handler>(handler));
  }

private:
  boost::asio::posix::stream_descriptor descriptor_;
};

} // namespace cluster_store::door
