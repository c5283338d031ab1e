#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <cluster_store/actors/wire/wire.hpp>
#include <cluster_store/backends/backend.hpp>

/// Rows of the system table that the store core owns (docs/storage.md). Pure.
namespace cluster_store::actors::store_rows {

/// The range of the rows that `read` takes, for `backend::system_rows`.
inline constexpr std::string_view first_key = "store/";
inline constexpr std::string_view end_key = "store0";

/// Rows read at start; the core writes far fewer.
inline constexpr std::size_t rows_max = 1'000;

/// What is known of tickets, which decide what becomes of operations of clients that are not known any more.
struct tickets {
  std::uint64_t reserved = 0;  ///< The next run of the store gives out larger ones only.
  std::uint64_t forgotten = 0; ///< No client that was forgotten had a larger one.
};

/// More tickets than one run of a store can give out.
inline constexpr std::uint64_t tickets_of_a_run = std::uint64_t{1} << 40;

/// What the rows say.
struct contents {
  std::optional<wire::token> incarnation; ///< None: the data is new.
  version_number last_version = 0;
  std::optional<version_number> reserved_version; ///< Up to here versions may have been given out.
  std::int64_t sessions = 0;
  tickets known_tickets;
};

/// @errors `corrupt` if a row is not readable.
result<contents> read(const std::vector<backends::system_row>& rows);

backends::system_row incarnation_row(const wire::token& incarnation);
backends::system_row tickets_row(const tickets& known);
backends::system_row counters_row(version_number last_version, std::int64_t sessions);
backends::system_row reserved_version_row(version_number last);

/// A row whose only purpose is to be written.
backends::system_row probe_row();

} // namespace cluster_store::actors::store_rows
