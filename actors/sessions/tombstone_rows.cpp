#include <cluster_store/actors/sessions/tombstone_rows.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::actors::tombstone_rows {

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

} // namespace cluster_store::actors::tombstone_rows
