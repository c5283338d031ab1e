#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/link/core.hpp>
#include <cluster_store/actors/proxy/core.hpp>
#include <cluster_store/tests/simulation/program.hpp>

namespace cluster_store::simulation {

/// What every process has: a program, its proxy, and the link to the master, as `proxy` and `link` feed their
/// cores.
class worker {
public:
  worker(world& where, std::uint32_t process, std::uint32_t life);

  /// What the link has to say: there is a connection, or there is none, and why.
  using news = std::optional<error>;

  /// Looks for a master, from now on. @param with_role what the link says is for a role, which decides what
  /// the proxy hears; else it is for the proxy.
  void follow(bool with_role);

  /// Looks for none any more.
  void follow_nobody();

  /// @returns what the link had to say since the last call, for a role.
  std::vector<news> take_news() { return std::exchange(news_, {}); }

  /// The store is reached over the connection of the link, or over `own`; or it is not.
  void way_up(connection* own);
  void way_down(const error& why);

  /// What is due.
  void happens(const event& what);

  /// A message that arrived over a connection.
  void take(connection& over, message&& what);

  /// A connection is over.
  void ended(const connection& what);

  /// The attempt `attempt` to connect had success, or failed.
  void connected(const event& attempt, connection& made);
  void failed(const event& attempt, const std::string& why);

  /// Reads all sessions.
  void read_all();

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
  event at_self(happening what, std::uint64_t number = 0, std::uint64_t other = 0) const;

  world& world_;
  std::uint32_t process_;
  std::uint32_t life_;
  program user_;
  actors::proxy_core proxy_;
  std::optional<actors::link_core> link_;
  std::uint64_t links_ = 0;           ///< That there were.
  std::uint64_t link_connection_ = 0; ///< Of the link, 0 = none.
  std::uint64_t gate_ = 0;            ///< The connection that leads to the gate.
  std::uint64_t store_ = 0;           ///< Run of the store that is watched.
  std::optional<steady_time> proxy_due_;
  std::optional<steady_time> link_due_;
  backends::client_id client_; ///< Who sent the last batch,
  std::uint64_t sent_seq_ = 0; ///< and the highest number it sent.
  flow flow_;
  std::uint64_t ticket_ = 0;               ///< Of the last welcome.
  std::optional<wire::token> incarnation_; ///< Of the data it was welcomed to last.
  bool told_connected_ = false;
  bool asks_ = false; ///< There is an `issue` on the way.
  bool with_role_ = false;
  std::vector<news> news_;
};

} // namespace cluster_store::simulation
