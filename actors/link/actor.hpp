#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/actors/link/core.hpp>
#include <cluster_store/actors/messages.hpp>

namespace cluster_store::actors {

/// A connection as the door hands it out.
struct link_connection {
  caf::actor gate;          ///< Of the process at the other end.
  std::string pass;         ///< To be shown there.
  std::uint64_t number = 0; ///< To close it.
};

/// How a link gets connections, which other links may share, and gives them back. All return at once; the
/// callback may come on any thread.
struct link_door {
  std::function<void(std::function<void(result<link_connection>)>)> connect;
  std::function<void(std::uint64_t number)> close; ///< For all: it is of no use.
  std::function<void(std::uint64_t number)> leave; ///< It ends with the last who leaves.
  caf::actor broker{}; ///< What carries the connections: when it ends there are none any more. May be empty.
};

/// The one connection of an actor system to an endpoint (docs/decisions/002-one-link-per-endpoint.md).
///
/// Tells each proxy that subscribed when there is a connection (`connect_atom`, gate, pass) and when there is
/// none or an attempt failed (`unlink_atom`, code, text). Event-based; never blocks; ends on `close_atom`,
/// and with an error when there can be no connection any more.
class link : public caf::event_based_actor {
public:
  /// @param former the link to the same endpoint that is about to end, if any: two connections of one
  ///   process would be in each other's way, so this one waits for its end.
  link(caf::actor_config& config, link_door door, caf::actor former);

  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void run();
  void perform(open_connection& what);
  void perform(close_connection& what);
  void perform(send_beat& what);
  void perform(announce_up& what);
  void perform(announce_down& what);
  void tell(const caf::actor& proxy);
  void opened(std::uint64_t attempt, link_connection connection);
  void arm_timer();

  link_door door_;
  caf::actor former_;
  link_core core_;
  std::vector<caf::actor> proxies_;
  link_connection connection_;
  std::optional<error> last_failure_;
  compat::watch gate_watch_;
  compat::watch broker_watch_;
  std::uint64_t watch_ = 0;
  std::optional<cluster_store::steady_time> timer_due_;
};

/// @returns the error that stands in a message as a number and a text.
error error_in(std::uint8_t code, const std::string& text);

/// Keeps a link, or another way to a store, alive, which ends with the last of these. A proxy that sends it
/// `subscribe_atom` and itself hears of the connection's state from then on, of the present one at once,
/// until `unsubscribe_atom`.
using link_handle = std::shared_ptr<const caf::actor>;

/// @returns what ends `way` with `close_atom` when the last copy goes.
link_handle handle_of_way(const caf::actor& way);

/// @returns the link of `system` that goes by `way`, a name of an endpoint and of what it takes to get in
/// there;
///   the same for all who ask while it lives. Thread-safe.
/// @param door used if there is none yet.
link_handle link_to(caf::actor_system& system, const std::string& way,
                    const std::function<link_door()>& door);

} // namespace cluster_store::actors
