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

  /// As `start`, for one of several who would be the master: takes the endpoint first, which decides between
  /// them, and opens the stores behind it; until then whoever connects hears that they are starting.
  result<void> take_over(const server_options& how);

  /// @returns the gate, or nothing from the beginning of `stop`.
  caf::actor open_gate() const;
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

  caf::actor close_gate();

  actors::gate_hooks hooks_for_gate(const server_options& how, const door::secrets& keys) const;
  /// What a master is made of beside its endpoints and stores.
  struct equipment {
    door::secrets keys;
    std::optional<door::tls_context> tls;
  };

  result<equipment> equip(const server_options& how);
  result<void> start_stores(const server_options& how, std::chrono::milliseconds patience);
  void stop_stores();
  result<void> how_it_ended() const;
  /// From now on the server fails if a part that it cannot do without ends.
  void watch_what_must_live(const std::function<void(const error&)>& tell);

  /// @returns why the server is of no use any more.
  tl::unexpected<error> why_closed() const;

  /// @returns nothing if there is no TLS.
  result<std::optional<door::tls_context>> load_certificates() const;

  result<void> listen(const server_options& how, const equipment& with);

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

/// @returns the server of one store that a handle in any mode but worker needs.
server_options server_of(const options& how);

/// @returns how a store is kept, in words: the same for all that would keep it alike. Blocks for the disk.
std::string kept_as(const store_options& how);

/// @returns what must live as long as a server: see `end_at_exit`.
std::string libraries_of(const server_options& how);

/// `open_in` for automatic mode.
result<client> open_automatic(std::shared_ptr<caf::actor_system> home, const options& how);

/// As `cluster_store::open`, in an actor system that is there already.
/// @param home as in `serve_in`.
result<client> open_in(std::shared_ptr<caf::actor_system> home, const options& how);

} // namespace cluster_store::actors
