#include <cluster_store/actors/server/hooks.hpp>

#include <utility>

namespace cluster_store::actors {

gate_hooks hooks_of(const std::shared_ptr<door::door>& open, const std::shared_ptr<endpoint_list>& endpoints,
                    bool admins_apart) {
  if (!open)
    return {};
  gate_hooks out;
  out.admins_apart = admins_apart;
  const std::weak_ptr<door::door> weak{open};
  out.admitted = [weak](const wire::token& pass) {
    visitor who;
    const auto door = weak.lock();
    if (const auto peer = door ? door->find(pass) : std::nullopt) {
      who.admitted = true;
      who.admin = peer->granted == door::role::admin;
    }
    return who;
  };
  out.connections = [weak] {
    std::vector<silence_watch::connection> now;
    if (const auto door = weak.lock())
      for (const auto& each : door->connections())
        if (each.accepted)
          now.push_back({each.pass, each.since});
    return now;
  };
  out.disconnect = [weak](const wire::token& pass) {
    if (const auto door = weak.lock())
      if (const auto peer = door->find(pass))
        door->close(peer->id);
  };
  out.add_figures = [weak, endpoints](server_status& status) {
    status.endpoints = endpoints->all();
    if (const auto door = weak.lock()) {
      status.connections = door->accepted();
      status.refused = door->refused();
    }
  };
  return out;
}

} // namespace cluster_store::actors
