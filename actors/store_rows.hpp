#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/wire.hpp>
#include <cluster_store/backends/backend.hpp>

/// Rows of the system table that the store core owns (docs/storage.md). Pure.
namespace cluster_store::actors::store_rows {

/// The range of the rows that `read` takes, for `backend::system_rows`.
inline constexpr std::string_view first_key = "store/";
inline constexpr std::string_view end_key = "store0";

/// Rows read at start; the core writes far fewer.
inline constexpr std::size_t rows_max = 1'000;

/// What the rows say.
struct contents {
  std::optional<wire::token> incarnation; ///< None: the data is new.
  version_number last_version = 0;
  std::int64_t sessions = 0;
};

/// @errors `corrupt` if a row is not readable.
result<contents> read(const std::vector<backends::system_row>& rows);

backends::system_row incarnation_row(const wire::token& incarnation);
backends::system_row counters_row(version_number last_version, std::int64_t sessions);

/// A row whose only purpose is to be written.
backends::system_row probe_row();

/// A tombstone: `id` was destroyed, and blind saves are refused until `end`.
std::string tombstone_key(std::string_view id);
backends::system_row tombstone_row(std::string_view id, wall_time end);
/// @errors `corrupt` if the row is not a tombstone.
result<wall_time> tombstone_end(const backends::system_row& row);

/// The row by which a tombstone's end is found; these are in order of time. May be stale.
inline constexpr std::string_view tombstone_due_first = "tombstone/due/";
backends::system_row tombstone_due_row(std::string_view id, wall_time end);
/// @returns the key behind those of all tombstones that end at `now` or before.
std::string tombstone_due_after(wall_time now);
/// @pre `row` is one of these.
std::string_view id_of_due(const backends::system_row& row);

} // namespace cluster_store::actors::store_rows
