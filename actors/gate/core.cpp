#include <cluster_store/actors/gate/core.hpp>

#include <algorithm>
#include <cassert>
#include <string_view>
#include <tuple>
#include <utility>

namespace cluster_store::actors {

namespace {

std::string range(std::uint16_t lowest, std::uint16_t highest) {
  return std::to_string(lowest) + " to " + std::to_string(highest);
}

} // namespace

std::vector<worker_status> workers_of(const guest_book& guests) {
  std::map<std::tuple<std::uint64_t, std::string_view, std::uint64_t>, std::uint64_t> handles;
  for (const auto& [client, each] : guests)
    ++handles[{each.worker_number, each.worker, each.process_id}];
  std::vector<worker_status> out;
  for (const auto& [who, count] : handles)
    out.push_back({std::string{std::get<1>(who)}, std::get<0>(who), std::get<2>(who), count});
  return out;
}

result<void> gate_core::admit(const wire::hello& message, const visitor& who) {
  if (!who.local && !who.admitted)
    return fail(errc::unauthorized, "the pass is not known here: connect again");
  if (message.protocol_lowest > wire::protocol_max || message.protocol_highest < wire::protocol_min)
    return fail(errc::version_mismatch, "the worker speaks protocol "
                                            + range(message.protocol_lowest, message.protocol_highest)
                                            + ", the master " + range(wire::protocol_min, wire::protocol_max)
                                            + ": upgrade the older one");
  if (!who.local && !who.proved)
    return fail(errc::unauthorized,
                "this handle does not know the secret of its role: others in its process are let in, but it "
                "needs the secret file of the master, too");
  const auto at = stores_.find(message.store);
  if (at == stores_.end()) {
    std::string names;
    for (const auto& [name, problem] : stores_)
      names += (names.empty() ? "" : ", ") + name;
    return fail(errc::invalid_argument, "there is no store '" + message.store + "' here, only: " + names);
  }
  if (const auto kept = kept_.find(message.store);
      !message.keeps.empty() && kept != kept_.end() && kept->second != message.keeps)
    return fail(errc::invalid_argument, "as its master this process would keep store '" + message.store
                                            + "' as " + message.keeps + ", but it is kept as " + kept->second
                                            + ": give all processes the same options");
  if (closed_)
    return fail(errc::unavailable, "the master is stopping");
  if (!at->second.empty())
    return fail(errc::unavailable, "store '" + message.store + "': " + at->second);
  return {};
}

std::vector<wire::token> silence_watch::silent(const std::vector<connection>& open, steady_time now) {
  std::vector<wire::token> out;
  std::map<wire::token, steady_time> kept;
  for (const auto& each : open) {
    const auto at = last_.find(each.pass);
    const auto last = at == last_.end() ? each.since : std::max(each.since, at->second);
    if (now - last >= patience)
      out.push_back(each.pass);
    else
      kept.emplace(each.pass, last);
  }
  last_ = std::move(kept);
  assert(last_.size() + out.size() <= open.size());
  return out;
}

} // namespace cluster_store::actors
