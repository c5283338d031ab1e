#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/runtime/exit_end.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/actors/server/failure_watch.hpp>
#include <cluster_store/actors/server/hooks.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store {

/// Everything a master consists of. Members are ended in `stop`, in reverse order of their start.
class server::implementation : public actors::ended_at_exit {
public:
  /// @param owner of `system`; empty if the caller sees to it that it outlives this.
  implementation(caf::actor_system& system, std::shared_ptr<actors::runtime> owner)
      : owner_(std::move(owner)), system_(system) {}

  ~implementation() { static_cast<void>(stop()); }

  /// @returns false for an empty handle, and for one that was opened in another process. Takes no lock.
  static bool is_usable(const std::shared_ptr<implementation>& body) noexcept {
    return body && body->process_ == current_process();
  }

  static tl::unexpected<error> why_unusable(const std::shared_ptr<implementation>& body);

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
  caf::actor_system& system() { return system_; }

  /// @returns the gate, or nothing from the beginning of `stop`.
  caf::actor open_gate() const;
  caf::actor close_gate();

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

  const process_stamp process_ = current_process();
  std::shared_ptr<actors::runtime> owner_;
  caf::actor_system& system_;
  std::shared_ptr<door::door> door_;
  std::shared_ptr<actors::endpoint_list> endpoints_ = std::make_shared<actors::endpoint_list>();
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
