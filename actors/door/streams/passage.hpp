#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cluster_store/actors/door/streams/byte_stream.hpp>
#include <cluster_store/actors/door/streams/readiness.hpp>

namespace cluster_store::door {

/// Carries the bytes of two streams across, both ways, until both have ended.
///
/// Threads: the one that runs the `io_context`. Ownership: keeps itself alive while it waits for something.
class passage : public std::enable_shared_from_this<passage> {
public:
  using ending = std::function<void(const std::shared_ptr<passage>&)>;

  /// @param ended called once, with this passage.
  passage(boost::asio::io_context& io, std::unique_ptr<byte_stream> one, std::unique_ptr<byte_stream> other,
          ending ended);

  void start();

  /// Closes both. Idempotent.
  void end();

private:
  struct side {
    side(boost::asio::io_context& io, std::unique_ptr<byte_stream> what)
        : stream(std::move(what)), ready(io) {}

    std::unique_ptr<byte_stream> stream;
    readiness ready;
  };

  struct direction {
    side& from;
    side& to;
    std::array<char, 16 * 1024> bytes; ///< As many as a record of TLS holds.
    std::size_t begin = 0;
    std::size_t end = 0;
    bool ended = false;     ///< `from` says no more.
    bool to_nobody = false; ///< `to` takes no more: what comes is dropped, until `from` has ended.
  };

  void pump(direction& what);
  step advance(direction& what, bool reading);
  void wait(side& where, step what, direction& then);
  void expect_hang_up(side& where);
  void on_end(direction& what);
  void on_nobody(direction& what);
  void linger();

  side one_;
  side other_;
  direction forth_{one_, other_, {}};
  direction back_{other_, one_, {}};
  boost::asio::steady_timer patience_;
  bool lingers_ = false;
  bool over_ = false;
  ending ended_;
};

} // namespace cluster_store::door
