#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cluster_store/actors/door/sockets/sockets.hpp>

namespace cluster_store::door {

/// Finds the addresses of a host without blocking the caller or its end. The system's own lookup may take
/// many seconds and cannot be stopped, so each runs in a thread that nobody waits for; at most one for each
/// host and port at a time.
///
/// Threads: one; `aside` brings the answers back to it.
class resolver {
public:
  using action = std::function<void()>;
  using answer = std::function<void(const std::vector<socket_address>&)>;

  using workshop = std::function<bool(std::function<action()>)>;

  /// @param aside does work in a thread of its own, and the action that it returns on the thread of this
  /// object
  ///   unless that has ended, perhaps after the end of this object; false if there is no room for a thread.
  explicit resolver(workshop aside) : aside_(std::move(aside)) {}

  /// Calls `found` with the addresses, none if the host is unknown; before it returns if the host is an
  /// address or `localhost`.
  void find(const std::string& host, std::uint16_t port, answer found);

private:
  using waiting = std::map<std::pair<std::string, std::uint16_t>, std::vector<answer>>;

  workshop aside_;
  std::shared_ptr<waiting> waiting_ = std::make_shared<waiting>();
};

} // namespace cluster_store::door
