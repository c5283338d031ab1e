#include <cluster_store/actors/store/rows.hpp>

#include <string>
#include <string_view>

namespace cluster_store::actors::store_rows {

namespace {

constexpr std::string_view counters_key = "store/counters";
constexpr std::string_view incarnation_key = "store/incarnation";
constexpr std::string_view tickets_key = "store/tickets";
constexpr std::string_view reserved_version_key = "store/reserved_version";
constexpr std::string_view probe_key = "store/probe";

template <class... Numbers>
backends::system_row row_of(std::string_view key, Numbers... numbers) {
  std::string value;
  (wire::writer{value}.fixed(static_cast<std::uint64_t>(numbers)), ...);
  return {std::string{key}, std::move(value)};
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
    } else if (row.key == tickets_key) {
      out.known_tickets.reserved = from.fixed<std::uint64_t>();
      out.known_tickets.forgotten = from.fixed<std::uint64_t>();
    } else if (row.key == reserved_version_key) {
      out.reserved_version = from.fixed<std::uint64_t>();
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

backends::system_row tickets_row(const tickets& known) {
  return row_of(tickets_key, known.reserved, known.forgotten);
}

backends::system_row counters_row(version_number last_version, std::int64_t sessions) {
  return row_of(counters_key, last_version, sessions);
}

backends::system_row reserved_version_row(version_number last) {
  return row_of(reserved_version_key, last);
}

backends::system_row probe_row() {
  return row_of(probe_key);
}

} // namespace cluster_store::actors::store_rows
