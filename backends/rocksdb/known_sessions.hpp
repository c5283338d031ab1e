#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/tables/seeded_hash.hpp>
#include <cluster_store/backends/tables/slot_table.hpp>

namespace cluster_store::backends {

/// What a commit has to know of a session it changes.
struct known_session {
  bool stored = false;
  bool readable = true; ///< Its record could be decoded; only then the rest is known.
  version_number version = 0;
  std::optional<wall_time> expires_at = std::nullopt;
};

/// What is known of some sessions: from the reads before a commit, so that the commit need not read them
/// again for its preconditions, the exact count and the old rows of the expiry index, and from its earlier
/// writes.
///
/// Threads: not thread-safe. Allocates nothing once it has grown.
class known_sessions {
public:
  /// @returns what is known of `id`, or nullptr. Valid until the next call that is not const.
  known_session* find(std::string_view id) {
    const auto slot = slot_of(id, seeded_hash(id));
    return slot == slot_table::none ? nullptr : &entries_[slot].session;
  }

  /// Remembers `session`, instead of what was known of `id`.
  known_session& set(std::string_view id, const known_session& session) {
    const auto hash = seeded_hash(id);
    auto slot = slot_of(id, hash);
    if (slot == slot_table::none) {
      slot = static_cast<slot_table::slot_number>(entries_.size());
      if (entries_.size() == entries_.capacity())
        entries_.reserve(std::max(entries_min, 2 * entries_.size()));
      ids_.append(id);
      table_.insert(hash, slot);
      entries_.push_back({hash, ids_.size() - id.size(), id.size(), session}); // allocates nothing
    }
    return entries_[slot].session = session;
  }

  std::size_t size() const noexcept { return entries_.size(); }

  void clear() noexcept {
    for (auto slot = entries_.size(); slot-- > 0;)
      table_.erase(entries_[slot].hash, static_cast<slot_table::slot_number>(slot));
    entries_.clear();
    ids_.clear();
  }

private:
  struct entry {
    std::uint64_t hash;
    std::size_t id_at;
    std::size_t id_bytes;
    known_session session;
  };

  static constexpr std::size_t entries_min = 64;

  slot_table::slot_number slot_of(std::string_view id, std::uint64_t hash) const {
    return table_.find(hash, [&](slot_table::slot_number slot) {
      return std::string_view{ids_}.substr(entries_[slot].id_at, entries_[slot].id_bytes) == id;
    });
  }

  slot_table table_;
  std::vector<entry> entries_;
  std::string ids_;
};

} // namespace cluster_store::backends
