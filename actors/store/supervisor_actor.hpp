#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/actors/store/messages.hpp>
#include <cluster_store/actors/store/restart_window.hpp>
#include <cluster_store/backends/clock.hpp>

namespace cluster_store::actors {

/// One store as its supervisor starts it.
struct store_spec {
  std::string name;
  std::function<result<std::unique_ptr<backends::backend>>()>
      open; ///< May block; called on a thread of its own. Does not throw, and a value is an engine.
  store_core_options core;
  /// How long a first start is tried again and again before it counts as failed: what had the data before may
  /// be about to let go of them. Default: not at all.
  std::chrono::milliseconds start_patience{0};
};

/// Starts, watches and restarts the store actor of one named store (one_for_one, `restart_window`), and tells
/// the gate who serves it now.
///
/// A store actor ends when its engine is broken or the outcome of a commit is in doubt. A durable engine is
/// then opened anew, after the old one was closed. A backend that is not durable is handed to the next store
/// actor, unless it is the backend that broke.
///
/// Understands `await_first_start` (answered once with `store_started`) and `stop_serving` (answered once
/// with `store_started` when the store has drained and its engine is closed; the supervisor then ends).
class supervisor : public caf::event_based_actor {
public:
  supervisor(caf::actor_config& config, store_spec what, caf::actor gate,
             std::shared_ptr<const cluster_store::clock> time, restart_window::settings restarts = {});

  const char* name() const override { return "cluster_store.supervisor"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  using started_promise = caf::typed_response_promise<store_started>;

  void start();
  template <class Actor, class... Ts>
  result<caf::actor> spawn_with_thread(Ts&&... arguments);
  void opened(backend_opened& answer);
  void adopt(std::shared_ptr<backends::backend> engine);
  void started(const store_started& answer);
  void ended(const std::string& reason);
  void start_failed(const error& why);
  void retry(const std::string& problem);
  void start_again_in(std::chrono::milliseconds delay);
  void settle_first_start(const result<void>& outcome);
  void announce(const std::string& problem);
  caf::result<store_started> await_start();
  caf::result<store_started> stop();
  void finish();

  store_spec spec_;
  caf::actor gate_;
  std::shared_ptr<const cluster_store::clock> clock_;
  restart_window window_;
  cluster_store::steady_time impatient_at_; ///< From then on a first start that fails has failed.
  std::shared_ptr<backends::backend> kept_; ///< The engine that survives its actor.
  std::string engine_name_;
  caf::actor store_;
  std::uint64_t restarts_ = 0;
  std::optional<result<void>> first_start_;
  std::optional<error> start_error_; ///< Why the store actor that is ending could not load.
  started_promise waiting_;
  started_promise stopped_;
  bool stopping_ = false;
  bool opening_ = false;
};

} // namespace cluster_store::actors
