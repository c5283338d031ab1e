#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include <cluster_store/tests/support/file_descriptor.hpp>

namespace cluster_store::tests {

/// A bad network: forwards TCP connections to a master, as well or badly as it is told. A thread of its own;
/// its functions may be called from any.
class forwarder {
public:
  enum class behaviour : std::uint8_t {
    pass,   ///< Forwards everything.
    hold,   ///< Forwards nothing; connections stay open and nobody reads from them.
    discard ///< Reads everything and forwards nothing.
  };

  /// Listens on a free port of 127.0.0.1 and forwards to `target` (`HOST:PORT`).
  explicit forwarder(std::string target);
  ~forwarder();
  forwarder(const forwarder&) = delete;
  forwarder& operator=(const forwarder&) = delete;

  /// Where it listens.
  std::string endpoint() const;

  void set(behaviour how) { behaviour_ = how; }

  /// Closes all connections that are open now, with a reset.
  void cut() { ++cuts_; }

  /// Ends the direction from the worker to the master of all connections that are open now.
  void half_close() { ++half_closes_; }

  /// The same for the direction from the master to the worker.
  void half_close_answers() { ++half_closes_of_answers_; }

  /// How many connections were accepted so far.
  std::size_t accepted() const { return accepted_; }

private:
  struct link;
  void serve(const std::stop_token& stop);

  std::string target_;
  file_descriptor listener_;
  std::atomic<behaviour> behaviour_ = behaviour::pass;
  std::atomic<std::size_t> cuts_ = 0;
  std::atomic<std::size_t> half_closes_ = 0;
  std::atomic<std::size_t> half_closes_of_answers_ = 0;
  std::atomic<std::size_t> accepted_ = 0;
  std::jthread thread_; ///< Last: it uses the others.
};

} // namespace cluster_store::tests
