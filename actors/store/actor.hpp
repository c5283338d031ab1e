#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cluster_store/actors/runtime/network_actor.hpp>
#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/actors/store/messages.hpp>
#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/system/memory_return.hpp>

namespace cluster_store::actors {

/// Owner of a backend: feeds a `store_core` with what arrives and sends what it answers.
///
/// Understands `batch_message`, `bye_message` (from proxies, anywhere) and, from the actors of its own
/// process, `grant_ticket`, `ask_figures` and `stop_serving`. Everything that is queued when it comes to
/// commit goes into one commit. Detached if the backend may block, and then the only thread that touches it.
///
/// Ends with `exit_reason::user_shutdown` after `stop_serving`, otherwise (engine broken, commit in doubt)
/// with an error; the backend is released before anybody learns of the end.
class store_actor : public network_actor {
public:
  /// @param starter is told once whether the store could be loaded.
  store_actor(caf::actor_config& config, std::shared_ptr<backends::backend> engine, store_core_options how,
              std::shared_ptr<const cluster_store::clock> time, caf::strong_actor_ptr starter);

  const char* name() const override { return "cluster_store.store"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  struct route {
    std::uint64_t ticket = 0;
    caf::actor proxy;
  };

  granted_ticket grant(const grant_ticket& order);
  void take(batch_message& message);
  void arm();
  void flush();
  void send_frames(std::vector<outgoing_frame> frames);
  void tick();
  void drain();
  void die(const std::string& why);

  std::shared_ptr<backends::backend> engine_;
  std::unique_ptr<store_core> core_;
  std::shared_ptr<const cluster_store::clock> clock_;
  caf::strong_actor_ptr starter_;
  caf::strong_actor_ptr gate_; ///< Who asked for the last ticket.
  std::map<backends::client_id, route> routes_;
  memory_return memory_;
  bool armed_ = false;
};

} // namespace cluster_store::actors
