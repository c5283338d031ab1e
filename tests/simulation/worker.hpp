#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <cluster_store/actors/link/core.hpp>
#include <cluster_store/actors/proxy/core.hpp>
#include <cluster_store/tests/simulation/program.hpp>

namespace cluster_store::simulation {

/// What every process has: a program, its proxy, and the link to the master, as `proxy` and `link` feed their
/// cores.
class worker {
public:
  worker(world& where, std::uint32_t process, std::uint32_t life);

  /// Looks for a master elsewhere, from now on.
  void look_elsewhere();

  /// This process has a master of its own, which is at the other end of `over`.
  void serve_itself(connection& over);

  /// It has none any more.
  void stop_serving_itself();

  /// What is due.
  void happens(const event& what);

  /// A message that arrived over a connection.
  void take(connection& over, message&& what);

  /// A connection is over.
  void ended(const connection& what);

  /// The attempt `attempt` to connect had success, or failed.
  void connected(std::uint64_t attempt, connection& made);
  void failed(std::uint64_t attempt, const std::string& why);

  /// Reads all sessions.
  void read_all();

  /// @returns whether the link has said since the last question that there is no master to be had.
  bool take_loss() { return std::exchange(loss_, false); }

  program& user() noexcept { return user_; }
  bool is_connected() const noexcept { return told_connected_; }

  /// Asserts what always holds in its cores.
  void check() const;

private:
  /// What the proxy may send to the store of this welcome.
  struct flow {
    std::uint64_t granted = 0;
    std::uint64_t sent = 0;
  };

  template <class Input>
  void turn(Input&& input);
  void run_link();
  void perform(actors::say_hello& what);
  void perform(actors::send_batch& what);
  void perform(actors::say_bye& what);
  void perform(actors::connected& what);
  void perform(actors::disconnected& what);
  void perform(actors::attempt_failed& what);
  void perform(actors::open_connection& what);
  void perform(actors::close_connection& what);
  void perform(actors::send_beat& what);
  void perform(actors::announce_up& what);
  void perform(actors::announce_down& what);
  void arm_timers();
  void watch(std::string& batch);
  void welcomed(const message& what);
  void results(message& what);
  void lose_store(bool died);
  void ask_later();
  connection* gate();
  event at_self(happening what, std::uint64_t number = 0) const;

  world& world_;
  std::uint32_t process_;
  std::uint32_t life_;
  program user_;
  actors::proxy_core proxy_;
  std::optional<actors::link_core> link_;
  std::uint64_t link_connection_ = 0; ///< Of the link, 0 = none.
  std::uint64_t gate_ = 0;            ///< The connection that leads to the gate.
  std::uint64_t store_ = 0;           ///< Run of the store that is watched.
  std::optional<steady_time> proxy_due_;
  std::optional<steady_time> link_due_;
  backends::client_id client_; ///< Who sent the last batch,
  std::uint64_t sent_seq_ = 0; ///< and the highest number it sent.
  flow flow_;
  std::optional<wire::token> incarnation_; ///< Of the data it was welcomed to last.
  bool told_connected_ = false;
  bool asks_ = false; ///< There is an `issue` on the way.
  bool loss_ = false;
};

} // namespace cluster_store::simulation
