#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/gate/actor.hpp>

namespace cluster_store::actors {

/// Where a master listens so far. Thread-safe: the gate may be asked while another endpoint is being opened.
class endpoint_list {
public:
  void add(endpoint where) {
    const std::lock_guard guard{mutex_};
    endpoints_.push_back(std::move(where));
  }

  void remove(const endpoint& where) {
    const std::lock_guard guard{mutex_};
    std::erase(endpoints_, where);
  }

  std::vector<endpoint> all() const {
    const std::lock_guard guard{mutex_};
    return endpoints_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<endpoint> endpoints_;
};

/// What the gate may ask the door. Weak: the gate must not keep the door open.
gate_hooks hooks_of(const std::shared_ptr<door::door>& open, const std::shared_ptr<endpoint_list>& endpoints,
                    bool admins_apart);

} // namespace cluster_store::actors
