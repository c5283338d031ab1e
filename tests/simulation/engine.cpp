#include <cluster_store/tests/simulation/engine.hpp>

#include <utility>

namespace cluster_store::simulation {

namespace {

using syncing = backends::traits::syncing;

constexpr std::string_view reserved_version = "store/reserved_version";
constexpr std::string_view tickets = "store/tickets";

} // namespace

tl::unexpected<error> engine::failed(errc code) {
  ++place_.failures;
  place_.failed = place_.now;
  return fail(code, "the simulated engine failed");
}

engine::engine(engine_place& where, ledger& watched_by, const profile& how, random_source& random)
    : place_(where),
      ledger_(watched_by),
      how_(how),
      random_(random),
      traits_{.engine = "simulated", .durable = how.durable, .sync = how.sync, .may_block = true} {
  place_.data.sync(place_.data.applied()); // what the former process had written is in the log that is read
  ledger_.synced(place_.data.synced());
}

backends::record engine::read(std::string_view id, const disk::row& found) {
  const disk::row* what = &found;
  if (how_.wrong == defect::stale_read && random_.happens(5))
    if (const auto old = stale_.find(std::string{id}); old != stale_.end())
      what = &given_.emplace_back(old->second);
  auto out = what->fields;
  out.data = what->data;
  return out;
}

result<void> engine::get(std::span<const std::string_view> ids, backends::reads& out) {
  out.pins.reset();
  out.rows.clear();
  if (broken_ || random_.happens(place_.mood.unread)) {
    return failed(errc::io_error);
  }
  for (const auto id : ids) {
    const auto* const found = place_.data.find(id);
    out.rows.emplace_back(found != nullptr ? std::optional{read(id, *found)} : std::nullopt);
  }
  return {};
}

/// @returns what is really applied.
const backends::commit& engine::altered(const backends::commit& changes) {
  const auto alter = [&](auto&& change) -> const backends::commit& {
    altered_ = changes;
    change(altered_);
    return altered_;
  };
  const auto without = [](std::string_view key) {
    return [key](backends::commit& what) {
      std::erase_if(what.system_rows, [&](const auto& row) { return row.key == key; });
    };
  };
  switch (how_.wrong) {
  case defect::client_row_lost:
    return random_.happens(300) ? alter([](backends::commit& what) { what.client_rows.clear(); }) : changes;
  case defect::write_lost:
    return !changes.writes.empty() && random_.happens(20)
               ? alter([](backends::commit& what) { what.writes.pop_back(); })
               : changes;
  case defect::version_reserve_lost:
    return alter(without(reserved_version));
  case defect::ticket_repeated:
    return alter(without(tickets));
  default:
    return changes;
  }
}

void engine::put(const backends::commit& changes) {
  const auto& really = altered(changes);
  if (how_.wrong == defect::stale_read)
    for (const auto& each : really.writes)
      if (const auto* const found = place_.data.find(each.id))
        stale_.insert_or_assign(std::string{each.id}, *found);
  ledger_.committed(really, place_.data.apply(really), place_.now);
  given_.clear();
}

result<std::vector<result<backends::write_outcome>>> engine::apply(const backends::commit& changes) {
  using outcomes = std::vector<result<backends::write_outcome>>;
  const auto& mood = place_.mood;
  if (broken_)
    return failed(errc::io_error);
  if (random_.happens(mood.aborts)) {
    if (how_.wrong == defect::abort_that_applied)
      put(changes);
    return failed(errc::io_error);
  }
  if (random_.happens(mood.doubts + mood.breaks)) {
    broken_ = mood.breaks != 0 && random_.happens(500);
    if (random_.happens(500))
      put(changes);
    return failed(errc::outcome_unknown);
  }
  put(changes);
  return outcomes(changes.writes.size(), backends::write_outcome::applied);
}

result<backends::page> engine::scan(const backends::scan_request&) {
  return fail(errc::unsupported, "nobody lists simulated sessions");
}

result<std::vector<backends::expiry_row>> engine::due(wall_time now, std::size_t rows_max) {
  if (broken_ || random_.happens(place_.mood.unread))
    return failed(errc::io_error);
  return place_.data.due(now, rows_max);
}

result<std::uint64_t> engine::length() {
  return place_.data.length();
}

result<std::vector<backends::client_row>> engine::client_rows() {
  if (random_.happens(place_.mood.unread))
    return failed(errc::io_error);
  if (how_.wrong == defect::client_rows_forgotten)
    return std::vector<backends::client_row>{};
  return place_.data.client_rows();
}

result<std::vector<backends::system_row>> engine::system_rows(std::string_view first, std::string_view last,
                                                              std::size_t rows_max) {
  return place_.data.system_rows(first, last, rows_max);
}

result<void> engine::sync() {
  if (how_.durable && how_.wrong != defect::commit_not_synced) {
    place_.data.sync(place_.data.applied());
    ledger_.synced(place_.data.synced());
  }
  return {};
}

} // namespace cluster_store::simulation
