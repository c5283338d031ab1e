#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cluster_store/actors/door/streams/byte_stream.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::door {

class passage;

/// Carries bytes between streams that CAF cannot read, because they are inside TLS, and sockets that it can
/// (docs/decisions/005-tls-ends-at-the-door.md).
///
/// Each direction of a connection has one buffer of 16 KiB; while one side does not take it, the other is not
/// read. What has arrived is passed on before the end of a side is; then the other side gets 2 s to end, too.
///
/// Threads: all functions from any thread; one thread of its own, started with the first connection, so that
/// what strangers make the door's thread compute does not delay those who were let in, nor bulk the
/// strangers.
class tls_relay {
public:
  tls_relay() = default;
  tls_relay(const tls_relay&) = delete;
  tls_relay& operator=(const tls_relay&) = delete;
  ~tls_relay();

  /// @returns the socket that has the bytes of `network` from here on. Its end ends `network`, and the
  /// reverse.
  /// @errors `overloaded` if the system has no room for sockets or a thread.
  result<unshared_descriptor> carry(std::unique_ptr<byte_stream> network);

  /// Waits at most 1 s for the connections whose sockets were closed, then closes all. Idempotent.
  void stop();

private:
  bool start_thread();
  void work();

  std::mutex mutex_; ///< Guards the members up to the io_context.
  bool stopped_ = false;
  std::thread thread_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::set<std::shared_ptr<passage>> passages_; ///< The relay's thread alone.
  std::promise<void> drained_;
};

} // namespace cluster_store::door
