#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <caf/io/doorman.hpp>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/door/connection_table.hpp>
#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

/// Gives connected sockets to the BASP broker of CAF's middleman, as if CAF had accepted or connected them
/// itself. The only place that knows how.
///
/// Every connection gets a handle of its own, unlike CAF's own, which are numbers of descriptors: the broker
/// may still be cleaning up behind a descriptor that has long been closed and used again.
///
/// Threads: all functions from any thread unless they say otherwise; callbacks come on threads of CAF.
class middleman {
public:
  /// @pre `system` has loaded `caf::io::middleman` and outlives this object.
  explicit middleman(caf::actor_system& system);

  /// What a connecting process gets to know as the gate, as long as this object lives.
  class publication {
  public:
    publication(caf::io::doorman_ptr doorman, caf::actor gate, caf::actor broker);
    publication(const publication&) = delete;
    publication& operator=(const publication&) = delete;
    ~publication();

  private:
    friend class middleman;
    caf::io::doorman_ptr doorman_;
    caf::actor gate_;
    caf::actor broker_;
  };

  /// Publishes `gate` without a socket; a gate that is already published keeps its publication. Blocks until
  /// the broker has it; not on the multiplexer's thread.
  /// @errors `unavailable` if the broker does not answer, `overloaded` if too many gates are published.
  result<std::shared_ptr<const publication>> publish(const caf::actor& gate);

  /// Gives an accepted socket to CAF, which greets the peer with the gate of `where`.
  void accept(const publication& where, connection_table::ticket place, unshared_descriptor socket);

  /// Gives a connected socket to CAF, which shakes hands with the server there.
  /// @param patience after which CAF is no longer asked. @param done the gate of the server, or why there is
  /// none.
  void connect(connection_table::ticket place, unshared_descriptor socket, const std::string& server_node,
               std::chrono::milliseconds patience, std::function<void(result<caf::actor>)> done);

  /// Asks on the multiplexer's thread whether CAF still routes messages over the connection.
  void ask_routed(connection_id id, std::function<void(bool)> done);

  bool on_multiplexer_thread() const;

  /// @returns CAF's actor of the network: when that ends, nobody in this actor system reaches another
  /// process.
  const caf::actor& broker() const noexcept { return broker_; }

private:
  std::uint16_t free_number();

  caf::actor_system& system_;
  caf::actor broker_;
  std::mutex mutex_;
  std::uint16_t last_number_ = 0;
  std::map<std::uint16_t, std::weak_ptr<const publication>> published_; ///< By number.
};

} // namespace cluster_store::door
