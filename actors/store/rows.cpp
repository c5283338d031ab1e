#include <cluster_store/actors/store/rows.hpp>

#include <string>
#include <string_view>

#include <cluster_store/actors/wire/codec.hpp>

namespace cluster_store::actors::store_rows {

namespace {

constexpr std::string_view counters_key = "store/counters";
constexpr std::string_view incarnation_key = "store/incarnation";
constexpr std::string_view tickets_key = "store/tickets";
constexpr std::string_view reserved_version_key = "store/reserved_version";
constexpr std::string_view probe_key = "store/probe";

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
  std::string value;
  wire::writer to{value};
  to.fixed(known.reserved);
  to.fixed(known.forgotten);
  return {std::string{tickets_key}, std::move(value)};
}

backends::system_row counters_row(version_number last_version, std::int64_t sessions) {
  std::string value;
  wire::writer to{value};
  to.fixed(std::uint64_t{last_version});
  to.fixed(static_cast<std::uint64_t>(sessions));
  return {std::string{counters_key}, std::move(value)};
}

backends::system_row reserved_version_row(version_number last) {
  std::string value;
  wire::writer{value}.fixed(std::uint64_t{last});
  return {std::string{reserved_version_key}, std::move(value)};
}

backends::system_row probe_row() {
  return {std::string{probe_key}, std::string{}};
}

} // namespace cluster_store::actors::store_rows
