#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cluster_store/actors/gate/core.hpp>
#include <cluster_store/actors/status.hpp>
#include <cluster_store/actors/store/messages.hpp>
#include <cluster_store/backends/clock.hpp>

namespace cluster_store::actors {

/// What the gate knows of the door. All may be called from any thread; empty ones where nobody listens.
struct gate_hooks {
  /// Whether a connection that is open got this pass.
  std::function<bool(const wire::token& pass)> admitted;
  /// Whether who was admitted and says this knows the secret of its role, if it needs one.
  std::function<bool(const wire::hello& said)> proved;
  bool admins_apart = false;               ///< Whether admins have a secret of their own.
  std::map<std::string, std::string> kept; ///< How the stores are kept, in words, by name.
  std::function<std::vector<silence_watch::connection>()> connections; ///< Those there are now.
  std::function<void(const wire::token& pass)> disconnect;             ///< Ends the connection of this pass.
  std::function<void(server_status&)> add_figures;                     ///< Endpoints, connections, refusals.
};

/// The published actor of a master: welcomes proxies to the named stores, which they then speak to directly,
/// answers heartbeats and status queries. Stays the same while store actors come and go.
///
/// Understands `hello_message` → `welcome_message`, `beat_message` → the same, `status_message` →
/// `status_message` from anywhere; `store_changed` from supervisors; `stop_serving` and `await_departures`
/// from the server (both answered with `store_started`).
class gate : public caf::event_based_actor {
public:
  gate(caf::actor_config& config, gate_hooks door, std::shared_ptr<const cluster_store::clock> time);

  const char* name() const override { return "cluster_store.gate"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  struct status_round;

  bool is_local();
  visitor visitor_with(const wire::token& pass);
  caf::result<welcome_message> greet(const hello_message& message);
  void change(const store_changed& news);
  caf::result<status_message> report(const status_message& query);
  void add_figures(const std::shared_ptr<status_round>& round, std::size_t index,
                   const store_figures* figures);
  void close_silent();
  void welcomed(const proxy_gone& who, guest newcomer, const caf::strong_actor_ptr& proxy);
  void disconnect(const client_is_stuck& who);
  void departed(const backends::client_id& guest);
  caf::result<store_started> await_departed();

  gate_core core_;
  gate_hooks door_;
  std::shared_ptr<const cluster_store::clock> clock_;
  silence_watch silence_;
  std::map<std::string, store_changed> stores_;
  guest_book guests_;
  caf::typed_response_promise<store_started> departures_;
};

} // namespace cluster_store::actors
