#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/invariants.hpp>
#include <cluster_store/backends/tables/seeded_hash.hpp>

namespace cluster_store::actors {

/// Rows of the system table that remember destroyed sessions (docs/storage.md). Pure.
namespace tombstone_rows {

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

} // namespace tombstone_rows

/// Remembers the ids of destroyed sessions for a while, so that a save that is late does not undo a logout
/// although it does not say what it has seen.
///
/// Its tombstones are rows of the system table, written in the commit that destroys the session. Sessions
/// that expire and those of a `clear` leave none.
///
/// Pure; one thread. Without a time to keep them there are no tombstones, and nothing here costs anything.
class logout_guard {
public:
  /// @param keep how long a tombstone stays; none = the guard is off.
  logout_guard(std::optional<std::chrono::milliseconds> keep, backends::backend& engine)
      : keep_(keep), engine_(&engine) {}

  /// @returns whether `id` was destroyed less than `keep` ago, also by the group that is being prepared.
  /// @errors of the backend.
  result<bool> is_destroyed(std::string_view id, wall_time now) const;

  /// Notes that the group destroys `id`.
  void destroyed(std::string_view id);

  /// Appends the rows of what was noted.
  void append_rows(wall_time now, backends::commit& out) const;

  /// Appends the removal of tombstones that are over, `rows_max` at most.
  /// @returns whether there may be more. @errors of the backend; nothing was appended then.
  result<bool> sweep(wall_time now, std::size_t rows_max, backends::commit& out) const;

  /// Forgets what was noted: the group is committed, or was not.
  void end_group() { destroyed_.clear(); }

private:
  friend backends::invariants;

  result<std::optional<wall_time>> end_of(std::string_view id) const;
  void check_invariants() const;

  std::optional<std::chrono::milliseconds> keep_;
  backends::backend* engine_;
  std::unordered_set<std::string, backends::seeded_hasher> destroyed_;
};

} // namespace cluster_store::actors
