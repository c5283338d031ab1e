#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cluster_store/actors/door/connection_table.hpp>
#include <cluster_store/actors/door/connector.hpp>
#include <cluster_store/actors/door/middleman.hpp>
#include <cluster_store/actors/door/streams/tls_relay.hpp>
#include <cluster_store/actors/runtime/living_node.hpp>

namespace cluster_store::door {

class acceptor;

/// The inside of a door: its thread and what lives on it.
///
/// Threads: as each member says; those without a word only on the door's thread.
class inside : public std::enable_shared_from_this<inside> {
public:
  using action = std::function<void()>;

  explicit inside(caf::actor_system& system);
  void start();

  /// Executes `what` on the door's thread. Any thread.
  /// @returns false if the door has ended; then `what` is dropped.
  bool post(action what);

  /// As `post`, but waits until it is done. Any thread.
  bool run(const action& what);

  /// Does `work`, which may block, in a thread that nobody waits for, and then on the door's thread the
  /// action that it returns, unless the door has ended. Any thread.
  /// @returns false if the system has no more threads; then nothing was done.
  bool work_aside(std::function<action()> work);

  /// Any thread; idempotent.
  void stop();

  boost::asio::io_context& io() noexcept { return io_; }
  connection_table& table() noexcept { return *table_; }  ///< Any thread.
  std::shared_ptr<middleman> caf_side() const;            ///< Any thread; null when it has ended.
  const identity& self() const noexcept { return self_; } ///< Any thread.
  connector& connections() noexcept { return connector_; }
  std::atomic<std::uint64_t>& refused() noexcept { return refused_; } ///< Any thread.

  /// @returns the socket that CAF is to have for an admitted peer's stream.
  /// @errors as of `tls_relay::carry`.
  result<unshared_descriptor> socket_for_caf(std::unique_ptr<byte_stream> stream);

  std::set<std::shared_ptr<acceptor>>& acceptors() noexcept { return acceptors_; }

private:
  void work();
  void close_everything();
  void on_socket_closed(connection_id id);
  void on_forgotten(connection_id id);
  bool on_own_thread();

  identity self_;
  actors::living_node node_; ///< Also of programs that made their actor systems themselves.
  mutable std::mutex mutex_; ///< Guards the members up to the io_context.
  bool ended_ = false;
  std::shared_ptr<middleman> caf_side_;
  std::thread thread_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::shared_ptr<connection_table> table_ = std::make_shared<connection_table>();
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> refused_ = 0;
  std::promise<void> drained_;
  bool draining_ = false;
  tls_relay relay_;
  connector connector_{*this};
  std::set<std::shared_ptr<acceptor>> acceptors_;
};

} // namespace cluster_store::door
