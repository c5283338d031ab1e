#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <cluster_store/actors/link/actor.hpp>
#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/proxy/core.hpp>
#include <cluster_store/actors/proxy/shared_state.hpp>
#include <cluster_store/actors/runtime/network_actor.hpp>

namespace cluster_store::actors {

/// What a proxy needs to know.
struct proxy_options {
  proxy_core::settings core;
  std::function<void()> on_connect;
  std::function<void(const error&)> on_disconnect;
  std::function<void(const error&)> on_failure;
  std::function<void(mode)> on_role;
  bool changes_role = false; ///< The store may come to this process, or leave it.

  /// Local route: the gate. Empty for the remote one.
  caf::actor gate;

  /// Remote route: the link to the endpoint. Kept until the proxy ends.
  link_handle link;
};

/// The worker's actor: feeds `proxy_core` with messages, submissions and the time, and does what it asks for.
///
/// Understands what `proxy_actor` says, and beside it: results; look at the submissions (`flush_atom`); a
/// timer is due (`tick_atom`); the link is up (`connect_atom`, gate, pass) or down
/// (`unlink_atom`, code, text); the watched store actor is gone (`delete_atom`, number of the watch, whether
/// it died); what leads to stores at all ended, the gate of the local route or the link (`leave_atom`, why,
/// empty if the server was stopped); end (`close_atom`).
///
/// Event-based; never blocks. Ends on `close_atom` or an exit message; answers everything first. Dynamically
/// typed, because CAF 0.17 does not let a typed actor send to gates and store actors, which are not.
class proxy : public network_actor {
public:
  proxy(caf::actor_config& config, proxy_options how, std::shared_ptr<handle_state> state);

  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  template <class Input>
  void turn(Input&& input);
  void take_submissions(cluster_store::steady_time now);
  void perform(std::vector<proxy_core::effect> effects);
  void perform(say_hello& what);
  void perform(send_batch& what);
  void perform(say_bye& what);
  void perform(connected& what);
  void perform(disconnected& what);
  void perform(attempt_failed& what);
  void welcomed(std::uint64_t attempt, welcome_message& message);
  void watch(caf::actor store);
  void watch_route(const caf::actor& route);
  void route_ended(const std::string& failure);
  void note_role(mode role);
  void tell_of_failure(const error& why);
  void arm_timer();
  void close(const std::string& why = "the handle was closed");

  template <class... Operations>
  caf::behavior understand(const std::tuple<Operations...>*);

  template <class Operation>
  caf::result<typename Operation::reply> ask(const Operation& what);

  proxy_options how_;
  std::shared_ptr<handle_state> state_;
  proxy_core core_;
  std::vector<std::unique_ptr<call>> taken_;
  caf::actor gate_;
  caf::actor store_;
  compat::watch store_watch_;
  compat::watch route_watch_; ///< Of what leads to stores at all.
  std::uint64_t watch_ = 0;
  std::optional<cluster_store::steady_time> timer_due_;
  bool closing_ = false;
  bool farewell_ = false; ///< Ends when the store has taken the bye.
};

} // namespace cluster_store::actors
