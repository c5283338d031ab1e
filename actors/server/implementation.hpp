#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/gate/actor.hpp>
#include <cluster_store/actors/runtime/process_bound.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/actors/server/failure_watch.hpp>

namespace cluster_store {

/// Everything a master consists of. Members are ended in `stop`, in reverse order of their start.
class server::implementation : public actors::process_bound {
public:
  explicit implementation(std::shared_ptr<caf::actor_system> home) : home_(std::move(home)) {}

  ~implementation() { static_cast<void>(stop()); }

  void end_at_exit(bool) override { static_cast<void>(stop()); }

  result<void> start(const server_options& how);
  result<client> open(const std::shared_ptr<implementation>& self, const options& how);
  server_status status();
  result<void> reload_certificates();

  /// In a callback, that is on a thread that may be needed, the end is handed to a thread of its own.
  /// @errors as of `server::stop`; none in a callback.
  static result<void> stop(const std::shared_ptr<implementation>& self);
  result<void> stop();

private:
  /// Where it listens so far. The gate may ask while another endpoint is being opened.
  struct endpoint_list {
    std::mutex mutex;
    std::vector<endpoint> all;
  };

  caf::actor_system& system() { return *home_; }

  /// @returns the gate, or nothing from the beginning of `stop`.
  caf::actor open_gate() const;
  caf::actor close_gate();

  actors::gate_hooks hooks_for_gate(const door::secrets& keys) const;
  result<void> start_stores(const server_options& how);
  void stop_stores();
  result<void> how_it_ended() const;
  /// From now on the server fails if a part that it cannot do without ends.
  void watch_what_must_live(const std::function<void(const error&)>& tell);

  /// @returns why the server is of no use any more.
  tl::unexpected<error> why_closed() const;

  /// @returns nothing if there is no TLS.
  result<std::optional<door::tls_context>> load_certificates() const;

  result<void> listen(const server_options& how, const door::secrets& keys,
                      const std::optional<door::tls_context>& tls);

  std::shared_ptr<caf::actor_system> home_;
  std::shared_ptr<door::door> door_;
  std::shared_ptr<endpoint_list> endpoints_ = std::make_shared<endpoint_list>();
  tls_options tls_files_;
  mutable std::mutex mutex_;
  caf::actor gate_;                                             ///< Guarded by `mutex_`, but for the start.
  std::vector<std::pair<std::string, caf::actor>> supervisors_; ///< With the names of their stores.
  std::string hanging_; ///< Names of the stores that did not end in time.
  std::vector<door::listener> listeners_;
  std::shared_ptr<actors::failure_watch> failures_; ///< Set by the start.
  std::mutex stopping_;
  std::mutex reloading_; ///< Taken before `stopping_`.
};

} // namespace cluster_store

namespace cluster_store::actors {

/// As `cluster_store::serve`, in an actor system that is there already.
/// @param home kept until the server has stopped; it need not own the system.
/// @pre the system went through `prepare`, with the network if `how.listen` is not empty.
result<server> serve_in(std::shared_ptr<caf::actor_system> home, const server_options& how);

/// As `cluster_store::open`, in an actor system that is there already.
/// @param home as in `serve_in`.
result<client> open_in(std::shared_ptr<caf::actor_system> home, const options& how);

} // namespace cluster_store::actors
