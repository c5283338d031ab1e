#include <cluster_store/actors/door/sockets/resolver.hpp>

#include <utility>

namespace cluster_store::door {

void resolver::find(const std::string& host, std::uint16_t port, answer found) {
  if (auto known = literal_addresses(host, port); !known.empty())
    return found(known);
  const auto key = std::pair{host, port};
  auto& mine = (*waiting_)[key];
  mine.push_back(std::move(found));
  if (mine.size() > 1)
    return;
  const auto deliver = [key,
                        everybody = std::weak_ptr<waiting>{waiting_}](std::vector<socket_address> addresses) {
    return [key, everybody, addresses = std::move(addresses)] {
      const auto alive = everybody.lock();
      if (!alive)
        return;
      const auto all = alive->extract(key);
      for (const auto& each : all.mapped())
        each(addresses);
    };
  };
  if (!aside_([key, deliver] { return deliver(look_up(key.first, key.second)); }))
    deliver({})();
}

} // namespace cluster_store::door
