#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::backends {

/// Finds the number of a thing by the hash of its key, where the things themselves know their keys: a hash
/// table of 8 bytes an entry that never follows a pointer to grow.
///
/// Linear probing with backward-shift deletion, at most three quarters full, so there are no tombstones and
/// the table is as quick after a million erasures as before.
///
/// Threads: not thread-safe.
class slot_table {
public:
  using slot_number = std::uint32_t;
  static constexpr slot_number none = std::numeric_limits<slot_number>::max();

  /// @returns the slot with `hash` for which `is_it(slot)` holds, or `none`.
  template <class Predicate>
  slot_number find(std::uint64_t hash, Predicate is_it) const {
    if (entries_.empty())
      return none;
    for (auto at = home(hash); entries_[at].slot != none; at = next(at))
      if (entries_[at].hash == short_of(hash) && is_it(entries_[at].slot))
        return entries_[at].slot;
    return none;
  }

  /// Adds `slot` under `hash`. @pre no slot with its key is in the table.
  void insert(std::uint64_t hash, slot_number slot) {
    assert(slot != none);
    const invariants::at_end checked{*this};
    if ((used_ + 1) * 4 > entries_.size() * 3)
      grow();
    place(entry{short_of(hash), slot});
    ++used_;
  }

  /// Removes `slot`. @pre it was inserted under `hash`.
  void erase(std::uint64_t hash, slot_number slot) noexcept {
    const invariants::at_end checked{*this};
    assert(used_ > 0);
    auto hole = home(hash);
    while (entries_[hole].slot != slot) {
      assert(entries_[hole].slot != none);
      hole = next(hole);
    }
    for (auto at = next(hole); entries_[at].slot != none; at = next(at)) {
      // An entry may move into the hole unless its home lies (cyclically) behind the hole.
      const auto from_home = distance(home_of(entries_[at]), at);
      if (from_home >= distance(hole, at)) {
        entries_[hole] = entries_[at];
        hole = at;
      }
    }
    entries_[hole].slot = none;
    --used_;
  }

  void clear() noexcept {
    entries_ = {};
    used_ = 0;
  }

  /// Makes it empty, and keeps its memory for the next ones.
  void reset() noexcept {
    std::fill(entries_.begin(), entries_.end(), entry{});
    used_ = 0;
  }

  /// Asks the processor to fetch what `find(hash, …)` will look at.
  void prefetch(std::uint64_t hash) const noexcept {
    if (!entries_.empty())
      __builtin_prefetch(&entries_[home(hash)]);
  }

private:
  friend invariants;

  struct entry {
    std::uint32_t hash = 0;
    slot_number slot = none;
  };

  static std::uint32_t short_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32);
  }

  /// The hash as a fraction of the table, so that any size will do and growing keeps the order of entries.
  std::size_t home_of(entry of) const noexcept {
    return static_cast<std::size_t>((std::uint64_t{of.hash} * entries_.size()) >> 32);
  }
  std::size_t home(std::uint64_t hash) const noexcept { return home_of(entry{short_of(hash), none}); }
  std::size_t next(std::size_t at) const noexcept { return at + 1 == entries_.size() ? 0 : at + 1; }
  std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return to >= from ? to - from : to + entries_.size() - from;
  }

  void place(entry what) noexcept {
    auto at = home_of(what);
    while (entries_[at].slot != none)
      at = next(at);
    entries_[at] = what;
  }

  void grow() {
    std::vector<entry> former(entries_.size() < 16 ? 16 : entries_.size() + entries_.size() / 2);
    former.swap(entries_);
    for (const auto& each : former)
      if (each.slot != none)
        place(each);
  }

  /// @returns how many entries it looked at.
  std::size_t check_invariants() const {
    const auto is_free = [](const entry& each) { return each.slot == none; };
    [[maybe_unused]] const auto free = std::count_if(entries_.begin(), entries_.end(), is_free);
    assert(used_ + static_cast<std::size_t>(free) == entries_.size());
    // Every search comes to an end soon.
    assert(used_ * 4 <= entries_.size() * 3);
    // The search for an entry arrives there: no place from its home on is free.
    const auto first_free = std::find_if(entries_.begin(), entries_.end(), is_free);
    auto at = static_cast<std::size_t>(first_free - entries_.begin());
    for (std::size_t left = entries_.size(), run = 0; left > 0; --left, at = next(at)) {
      assert(is_free(entries_[at]) || distance(home_of(entries_[at]), at) <= run);
      run = is_free(entries_[at]) ? 0 : run + 1;
    }
    return entries_.size();
  }

  std::vector<entry> entries_;
  std::size_t used_ = 0;
};

} // namespace cluster_store::backends
