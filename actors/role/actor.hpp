#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/link/actor.hpp>
#include <cluster_store/actors/role/core.hpp>

namespace cluster_store::actors {

/// A server in this process.
struct mastership {
  caf::actor gate;
  std::function<void()> stop; ///< Ends it. Blocks.
};

/// How a process of automatic mode follows a master and becomes it.
struct role_options {
  /// @returns the link to the endpoint. Returns at once.
  std::function<link_handle()> follow;

  /// Becomes the master. Blocks; called on a thread of its own.
  /// @param failed to be called, on any thread, when it cannot be the master any longer. Does not block.
  /// @errors why it is not, such as `unavailable` if another process is.
  std::function<result<mastership>(std::function<void(const error&)> failed)> take_over;
};

class role_seat;

/// The role of a process in automatic mode. To proxies it is a link: it tells those that subscribed how the
/// store is reached (`connect_atom`, gate, pass; the pass is empty if this process is the master) or that it
/// is not (`unlink_atom`, code, text).
///
/// Event-based; never blocks: what does has threads of its own. Ends on `close_atom`, and with it the server.
class role : public caf::event_based_actor {
public:
  role(caf::actor_config& config, std::shared_ptr<role_seat> seat);

  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  template <class Input>
  void turn(Input&& input);
  void perform(follow_master& what);
  void perform(follow_nobody& what);
  void perform(take_over& what);
  void perform(step_down& what);
  void perform(announce_role& what);
  void perform(announce_none& what);
  void tell(const caf::actor& proxy);
  void tell_all();
  bool is_from_link();
  void arm_timer();

  std::shared_ptr<role_seat> seat_;
  role_core core_;
  std::vector<caf::actor> proxies_;
  link_handle link_; ///< While it follows.
  caf::actor gate_;  ///< Through which the store is reached; empty if it is not.
  std::string pass_; ///< To be shown there.
  std::optional<error> last_failure_;
};

/// What takes part in a role; the role ends with the last of these.
struct role_membership {
  link_handle way;                ///< For proxies.
  std::shared_future<void> ended; ///< The role has ended, and with it the server if there was one.
};

/// @returns the membership in the role of `system` at the endpoint called `name`; the same for all who ask
///   while it lives. Thread-safe.
/// @param how used if there is none yet; released, after the last member has gone, on a thread that may
/// block.
std::shared_ptr<const role_membership> role_at(caf::actor_system& system, const std::string& name,
                                               role_options how);

} // namespace cluster_store::actors
