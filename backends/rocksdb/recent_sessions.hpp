#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <cluster_store/backends/invariants.hpp>
#include <cluster_store/backends/tables/slot_table.hpp>

namespace cluster_store::backends {

/// A session as an engine stores it, id and record in one block of memory; or none. Copies share the block.
class stored_session {
public:
  stored_session() = default;
  stored_session(std::string_view id, std::string_view record);

  explicit operator bool() const noexcept { return bytes_ != nullptr; }
  std::string_view id() const noexcept { return {bytes_.get(), id_bytes_}; }
  std::string_view record() const noexcept { return {bytes_.get() + id_bytes_, record_bytes_}; }

private:
  std::shared_ptr<const char[]> bytes_;
  std::uint32_t id_bytes_ = 0;
  std::uint32_t record_bytes_ = 0;
};

/// The sessions that were used last, up to a number of bytes: of those that do not fit any more, one goes
/// that was not used since the hand of the clock passed it (the second-chance algorithm).
///
/// Threads: not thread-safe. Ownership: a session lives as long as it is kept here or somebody has a copy.
class recent_sessions {
public:
  /// @param bytes_max of ids, records and what keeping them takes.
  explicit recent_sessions(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  /// @returns the session, which counts as used now; or none.
  stored_session find(std::string_view id);

  /// Keeps `what` instead of what was kept under its id, unless it would take more than a sixteenth of all.
  /// Throws std::bad_alloc; then all is as before, but that others may have had to make room.
  void put(stored_session what);

  /// The same of a session that is copied only if it will be kept.
  void put(std::string_view id, std::string_view record) {
    if (takes(id.size() + record.size()))
      put(stored_session{id, record});
    else
      erase(id);
  }

  /// @returns whether a session with so many bytes of id and record is kept.
  bool takes(std::size_t bytes) const noexcept { return bytes + overhead_bytes <= bytes_max_ / share_of_one; }

  /// Keeps nothing under `id`.
  void erase(std::string_view id);

  void clear();

  /// @returns what is taken of `bytes_max`.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  friend invariants;

  using slot_number = slot_table::slot_number;

  struct slot {
    stored_session session;
    std::uint64_t hash = 0;
    bool used = false; ///< Since the hand passed.
  };

  /// Beside id and record: the slot, its entry in the table, and what the block has for its owners and the
  /// allocator.
  static constexpr std::size_t overhead_bytes = 112;

  static constexpr std::size_t share_of_one = 16;

  static std::size_t bytes_of(const stored_session& what) noexcept;
  slot_number slot_of(std::string_view id, std::uint64_t hash) const;
  void add_slot();
  void erase(slot_number which) noexcept;
  void make_room(std::size_t bytes);
  std::size_t check_invariants() const;

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  slot_table table_;
  std::vector<slot> slots_;
  std::vector<slot_number> free_;
  std::size_t hand_ = 0;
};

} // namespace cluster_store::backends
