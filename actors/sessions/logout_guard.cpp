#include <cluster_store/actors/sessions/logout_guard.hpp>

#include <cassert>
#include <cstdint>
#include <utility>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::actors {

namespace tombstone_rows {

namespace {

constexpr std::string_view prefix = "tombstone/id/";
constexpr std::size_t time_bytes = 8;

/// Big-endian and with the sign flipped, so that the order of bytes is that of time.
std::string sortable(std::int64_t milliseconds) {
  const auto number = static_cast<std::uint64_t>(milliseconds) ^ (std::uint64_t{1} << 63);
  std::string out(time_bytes, '\0');
  for (std::size_t i = 0; i < time_bytes; ++i)
    out[i] = static_cast<char>(number >> (8 * (time_bytes - 1 - i)));
  return out;
}

std::int64_t since_epoch(wall_time when) {
  return when.time_since_epoch().count();
}

} // namespace

std::string key_of(std::string_view id) {
  return std::string{prefix}.append(id);
}

backends::system_row row_of(std::string_view id, wall_time end) {
  std::string value;
  wire::writer{value}.fixed(static_cast<std::uint64_t>(since_epoch(end)));
  return {key_of(id), std::move(value)};
}

result<wall_time> end_of(const backends::system_row& row) {
  wire::reader from{row.value ? std::string_view{*row.value} : std::string_view{}};
  const auto end = static_cast<std::int64_t>(from.fixed<std::uint64_t>());
  if (!from.done())
    return fail(errc::corrupt,
                "a tombstone in the system table is not readable: it goes away when it is over");
  return wall_time{wall_time::duration{end}};
}

backends::system_row due_row_of(std::string_view id, wall_time end) {
  return {std::string{due_first}.append(sortable(since_epoch(end))).append(id), std::string{}};
}

std::string due_after(wall_time now) {
  return std::string{due_first} + sortable(since_epoch(now) + 1);
}

std::string_view id_of_due(const backends::system_row& row) {
  return std::string_view{row.key}.substr(due_first.size() + time_bytes);
}

} // namespace tombstone_rows

result<std::optional<wall_time>> logout_guard::end_of(std::string_view id) const {
  const auto key = tombstone_rows::key_of(id);
  const auto rows = engine_->system_rows(key, key + '\0', 1);
  if (!rows)
    return tl::unexpected{rows.error()};
  if (rows->empty())
    return std::optional<wall_time>{};
  return tombstone_rows::end_of(rows->front()).map([](auto end) { return std::optional{end}; });
}

result<bool> logout_guard::is_destroyed(std::string_view id, wall_time now) const {
  if (!keep_)
    return false;
  if (destroyed_.contains(std::string{id}))
    return true;
  return end_of(id).map([now](const auto& end) { return end && *end > now; });
}

void logout_guard::destroyed(std::string_view id) {
  const backends::invariants::at_end checked{*this};
  if (keep_)
    destroyed_.emplace(id);
}

void logout_guard::append_rows(wall_time now, backends::commit& out) const {
  for (const auto& id : destroyed_) {
    out.system_rows.push_back(tombstone_rows::row_of(id, now + *keep_));
    out.system_rows.push_back(tombstone_rows::due_row_of(id, now + *keep_));
  }
}

result<bool> logout_guard::sweep(wall_time now, std::size_t rows_max, backends::commit& out) const {
  if (!keep_)
    return false;
  const auto due = engine_->system_rows(tombstone_rows::due_first, tombstone_rows::due_after(now), rows_max);
  if (!due)
    return tl::unexpected{due.error()};
  std::vector<backends::system_row> removed;
  for (const auto& row : *due) {
    const auto id = tombstone_rows::id_of_due(row);
    const auto end = end_of(id);
    if (!end && end.error().code != errc::corrupt)
      return tl::unexpected{end.error()};
    if (!end || (*end && **end <= now)) // destroyed once more since, it has a later row
      removed.push_back({tombstone_rows::key_of(id), std::nullopt});
    removed.push_back({row.key, std::nullopt});
  }
  for (auto& row : removed)
    out.system_rows.push_back(std::move(row));
  return due->size() == rows_max;
}

void logout_guard::check_invariants() const {
  // A guard that is off notes nothing: there is no time for which it would be kept.
  assert(keep_ || destroyed_.empty());
}

} // namespace cluster_store::actors
