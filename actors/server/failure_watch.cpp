#include <cluster_store/actors/server/failure_watch.hpp>

#include <utility>

namespace cluster_store::actors {

void failure_watch::watch(const caf::actor& part, const std::string& name) {
  auto& system = caf::actor_cast<caf::abstract_actor*>(part)->home_system();
  compat::watch made{part, [weak = weak_from_this(), name, &system](const caf::error& why) {
                       if (const auto self = weak.lock())
                         self->ended(name, compat::render(system, why));
                     }};
  const std::lock_guard guard{mutex_};
  watches_.push_back(std::move(made));
}

void failure_watch::end() {
  std::vector<compat::watch>
      watches; // they end outside the lock: an actor may be ending, and about to tell of it
  const std::lock_guard guard{mutex_};
  failed_ = nullptr;
  watches.swap(watches_);
}

std::optional<error> failure_watch::failure() const {
  const std::lock_guard guard{mutex_};
  return failure_;
}

void failure_watch::ended(const std::string& name, const std::string& why) {
  std::unique_lock guard{mutex_};
  const auto tell = std::exchange(failed_, nullptr);
  if (!tell)
    return;
  failure_ = error{errc::unavailable,
                   name + " ended (" + why + "): this process or its server must be started again"};
  const auto failure = *failure_;
  guard.unlock();
  tell(failure);
}

} // namespace cluster_store::actors
