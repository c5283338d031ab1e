#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cluster_store/actors/door/sockets/sockets.hpp>

namespace cluster_store::door {

/// Finds the addresses of a host without blocking the caller or its end. The system's own lookup may take
/// many seconds and cannot be stopped, so each runs in a thread that nobody waits for; at most one for each
/// host and port at a time.
///
/// Threads: one; `run` brings the answers back to it.
class resolver {
public:
  using action = std::function<void()>;
  using answer = std::function<void(const std::vector<socket_address>&)>;

  /// @param run executes an action on the thread of this object, or drops it once that has ended; called from
  ///   any thread at any time, also after the end of this object.
  explicit resolver(std::function<void(action)> run);

  /// Calls `found` with the addresses, none if the host is unknown; before it returns if the host is an
  /// address or `localhost`.
  void find(const std::string& host, std::uint16_t port, answer found);

private:
  using waiting = std::map<std::pair<std::string, std::uint16_t>, std::vector<answer>>;

  std::function<void(action)> run_;
  std::shared_ptr<waiting> waiting_ = std::make_shared<waiting>();
};

} // namespace cluster_store::door
