#include <cluster_store/actors/store_rows.hpp>

#include <string>
#include <string_view>

#include <cluster_store/actors/wire_codec.hpp>

namespace cluster_store::actors::store_rows {

namespace {

constexpr std::string_view counters_key = "store/counters";
constexpr std::string_view incarnation_key = "store/incarnation";
constexpr std::string_view probe_key = "store/probe";
constexpr std::string_view tombstone_prefix = "tombstone/id/";

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

result<contents> read(const std::vector<backends::system_row>& rows) {
  contents out;
  for (const auto& row : rows) {
    wire::reader from{row.value ? std::string_view{*row.value} : std::string_view{}};
    if (row.key == counters_key) {
      out.last_version = from.fixed<std::uint64_t>();
      out.sessions = static_cast<std::int64_t>(from.fixed<std::uint64_t>());
    } else if (row.key == incarnation_key) {
      out.incarnation = from.octets<16>();
    } else {
      continue;
    }
    if (!from.done())
      return fail(errc::corrupt, "row " + row.key + " of the system table is not readable: restore a backup");
  }
  return out;
}

backends::system_row incarnation_row(const wire::token& incarnation) {
  std::string value;
  wire::writer{value}.raw(incarnation);
  return {std::string{incarnation_key}, std::move(value)};
}

backends::system_row counters_row(version_number last_version, std::int64_t sessions) {
  std::string value;
  wire::writer to{value};
  to.fixed(std::uint64_t{last_version});
  to.fixed(static_cast<std::uint64_t>(sessions));
  return {std::string{counters_key}, std::move(value)};
}

backends::system_row probe_row() {
  return {std::string{probe_key}, std::string{}};
}

std::string tombstone_key(std::string_view id) {
  return std::string{tombstone_prefix}.append(id);
}

backends::system_row tombstone_row(std::string_view id, wall_time end) {
  std::string value;
  wire::writer{value}.fixed(static_cast<std::uint64_t>(since_epoch(end)));
  return {tombstone_key(id), std::move(value)};
}

result<wall_time> tombstone_end(const backends::system_row& row) {
  wire::reader from{row.value ? std::string_view{*row.value} : std::string_view{}};
  const auto end = static_cast<std::int64_t>(from.fixed<std::uint64_t>());
  if (!from.done())
    return fail(errc::corrupt,
                "a tombstone in the system table is not readable: it goes away when it is over");
  return wall_time{wall_time::duration{end}};
}

backends::system_row tombstone_due_row(std::string_view id, wall_time end) {
  return {std::string{tombstone_due_first}.append(sortable(since_epoch(end))).append(id), std::string{}};
}

std::string tombstone_due_after(wall_time now) {
  return std::string{tombstone_due_first} + sortable(since_epoch(now) + 1);
}

std::string_view id_of_due(const backends::system_row& row) {
  return std::string_view{row.key}.substr(tombstone_due_first.size() + time_bytes);
}

} // namespace cluster_store::actors::store_rows
