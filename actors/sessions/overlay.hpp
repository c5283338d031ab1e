#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/invariants.hpp>
#include <cluster_store/backends/tables/seeded_hash.hpp>
#include <cluster_store/backends/tables/slot_table.hpp>

namespace cluster_store::actors {

/// The sessions a group of operations touches: what the backend has, overlaid with what the group changed so
/// far, so that operations in a group see earlier ones and each session is written once a commit.
///
/// Pure; one thread. Ids and data are views: they must live until `clear`.
class session_overlay {
public:
  /// One session as the group sees it.
  struct slot {
    using change = backends::write::kind;

    std::string_view id;
    std::optional<backends::record> content; ///< None: there is no such session (any more).
    std::optional<error> problem;            ///< The stored record cannot be read.
    bool known = false;                      ///< It was read, or nothing is stored any more.
    bool stored = false;                     ///< Whether the backend has a row, readable or not.
    std::optional<change> what;              ///< What the group did to it, if anything.

    /// @returns whether there is a session that has not expired.
    bool lives(wall_time now) const {
      return content && !(content->expires_at && *content->expires_at <= now);
    }

    /// @returns the bytes of its data, none if it does not live.
    std::size_t living_bytes(wall_time now) const { return lives(now) ? content->data.size() : 0; }
  };

  explicit session_overlay(backends::backend& engine) : engine_(&engine) {}

  /// Makes sure `id` has a slot, which some `fetch` reads. @returns its number; new ones follow each other.
  std::size_t want(std::string_view id);

  /// @returns how many sessions are wanted.
  std::size_t wanted() const noexcept { return slots_.size(); }

  /// @returns how many of them have not been read.
  std::size_t unread() const noexcept { return slots_.size() - known_; }

  /// Reads in one multi-get the session with the number `first` and those with later numbers before `end`
  /// that have not been read: all of them, or so many that they have `bytes_max` bytes of data or little
  /// more.
  /// @pre `first` has not been read, and `first < end <= wanted()`. @returns the bytes of their data.
  /// @errors of the backend as a whole; nothing has changed then.
  result<std::size_t> fetch(std::size_t first, std::size_t end, std::size_t bytes_max);

  /// Forgets the data of the sessions that the last `fetch` read, and lets go of what the engine keeps for
  /// them. @pre all will be erased next, or forgotten.
  void let_go();

  /// Those with numbers from `first` to before `end` that were not changed have not been read any more.
  void forget(std::size_t first, std::size_t end);

  /// The session that is looked for next is likely the one with this number: that saves the search, if the
  /// id is the very text that was wanted.
  void expect(std::size_t number) noexcept { expected_ = number; }

  /// @returns the number of `id`. @pre wanted.
  std::size_t number_of(std::string_view id) const {
    if (expected_ < slots_.size())
      if (const auto& likely = slots_[expected_].id; likely.data() == id.data() && likely.size() == id.size())
        return expected_;
    return find(id, backends::seeded_hash(id));
  }

  /// @returns the slot with this number; it is empty as long as it is not `known`.
  slot& at(std::size_t number) noexcept { return slots_[number]; }

  /// @returns the slot of `id`. @pre wanted and read.
  slot& at(std::string_view id) { return slots_[number_of(id)]; }

  void put(slot& where, const backends::record& content);

  /// @pre there is a session.
  void touch(slot& where, std::optional<wall_time> expires_at, std::optional<time_to_live> ttl);

  void erase(slot& where);

  /// Everything is removed, what the group changed before as well: there is nothing in the backend any more.
  void erase_all();

  /// Keeps a copy of `text` until `clear`, for data that moves to another session.
  std::string_view keep(std::string_view text) { return kept_.emplace_back(text); }

  /// @returns whether any session was changed.
  bool changed() const noexcept { return changed_; }

  /// @returns how many more rows the backend has once the changes are written (negative: fewer), compared to
  /// now, or to the last `erase_all`.
  std::int64_t growth() const noexcept { return growth_; }

  /// Appends one write for each changed session.
  void append_writes(std::vector<backends::write>& out) const;

  /// Forgets everything.
  void clear();

private:
  friend backends::invariants;

  std::uint32_t find(std::string_view id, std::uint64_t hash) const;
  void change(slot& where, slot::change into);
  std::size_t check_invariants() const;
  static void check(const slot& each);
  static std::int64_t growth_of(const slot& each) noexcept;

  backends::backend* engine_;
  std::vector<slot> slots_;
  backends::slot_table numbers_;
  std::size_t known_ = 0;               ///< Slots that have been read.
  std::size_t expected_ = 0;            ///< Number of the slot that is likely looked for.
  std::vector<std::string_view> ids_;   ///< What the last multi-get was asked for,
  std::vector<std::uint32_t> fetching_; ///< and the numbers of these.
  std::vector<std::unique_ptr<backends::reads>> reads_;
  std::size_t reads_used_ = 0;
  std::deque<std::string> kept_;
  std::int64_t growth_ = 0;
  bool changed_ = false;
  bool emptied_ = false; ///< Everything was removed: there is nothing to read.
};

} // namespace cluster_store::actors
