#pragma once

#include <string>
#include <string_view>

#include <cluster_store/backends/backend.hpp>

/// Rows of the system table that remember destroyed sessions (docs/storage.md). Pure.
namespace cluster_store::actors::tombstone_rows {

/// A tombstone: `id` was destroyed, and blind saves are refused until `end`.
std::string key_of(std::string_view id);
backends::system_row row_of(std::string_view id, wall_time end);
/// @errors `corrupt` if the row is not a tombstone.
result<wall_time> end_of(const backends::system_row& row);

/// The row by which a tombstone's end is found; these are in order of time. May be stale.
inline constexpr std::string_view due_first = "tombstone/due/";
backends::system_row due_row_of(std::string_view id, wall_time end);
/// @returns the key behind those of all tombstones that end at `now` or before.
std::string due_after(wall_time now);
/// @pre `row` is one of these.
std::string_view id_of_due(const backends::system_row& row);

} // namespace cluster_store::actors::tombstone_rows
