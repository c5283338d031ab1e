#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::backends {

/// Which of some numbered things is due first, when each has at most one time that often changes.
///
/// A four-way heap over two plain arrays: 16 bytes a row, moving a row costs O(log n) and no allocation, the
/// first k rows cost O(k log k).
///
/// Threads: not thread-safe.
class expiry_index {
public:
  using slot_number = std::uint32_t;

  /// Sets when `slot` is due, whether or not it had a time before.
  void put(slot_number slot, wall_time due_at);

  /// Forgets `slot`; nothing happens if it has no time.
  void erase(slot_number slot) noexcept;

  /// Forgets everything.
  void clear() noexcept;

  /// @returns when `slot` is due, if it has a time.
  std::optional<wall_time> at(slot_number slot) const noexcept;

  /// @returns the slots with a time up to and including `now`, earliest first, at most `rows_max`.
  std::vector<slot_number> due(wall_time now, std::size_t rows_max) const;

  std::size_t size() const noexcept { return slots_.size(); }

private:
  friend invariants;

  using place = std::uint32_t;
  static constexpr place nowhere = 0xFFFFFFFF;
  static constexpr place ways = 4;

  void settle(place hole, slot_number slot, wall_time due_at) noexcept;
  void set(place where, slot_number slot, wall_time due_at) noexcept;
  place earliest_child(place parent) const noexcept;
  std::size_t check_invariants() const;

  // Parallel arrays, because a struct of both would be padded from 12 to 16 bytes.
  std::vector<wall_time> times_;
  std::vector<slot_number> slots_;
  std::vector<place> places_; // by slot
};

} // namespace cluster_store::backends
