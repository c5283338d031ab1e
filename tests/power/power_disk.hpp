#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <cluster_store/tests/power/cached_names.hpp>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace cluster_store::tests {

/// What an engine does to a disk, and the power can be cut in.
enum class disk_step : std::uint8_t {
  log_append,
  log_sync,
  table_append,
  table_sync,
  manifest_append,
  manifest_sync,
  create,
  rename,
  remove,
  directory_sync
};

inline constexpr std::size_t disk_steps = 10;

struct power_state;

std::string to_string(disk_step what);

/// The moment the power is cut: before, after or (an append) within the `number`-th step of this kind.
struct cut_moment {
  disk_step in = disk_step::log_append;
  std::uint64_t number = 1;
};

/// One directory of a disk that has a cache, and whose power can be cut.
///
/// What is written reaches the directory at once, as it reaches the page cache. Beside that it is known what
/// would be on the disk after a power cut, by the promises of POSIX and no others: of a file what it held at
/// its last sync, of the names those at the last sync of the directory. Room that was reserved is not
/// content, and RangeSync promises nothing. What was not synced may be there or not:
/// `come_back_after_power_cut` decides.
///
/// Subdirectories, links, reused files and writing again what was written are refused: nobody should rely on
/// what is not simulated.
///
/// Threads: the file system is used by any; the functions below by the one that made the disk, which also has
/// to be the one that closes the engine.
class power_disk {
public:
  /// @param directory need not exist; @param attic is a directory for what may come back, on the same device.
  power_disk(std::string directory, std::string attic);
  ~power_disk();
  power_disk(const power_disk&) = delete;
  power_disk& operator=(const power_disk&) = delete;

  /// What an engine gets to use. From a cut on, all its changes fail and have no effect.
  std::shared_ptr<rocksdb::FileSystem> files() const;

  /// Cuts the power then. @param seed decides how much of that step gets to the disk.
  void cut_at(const cut_moment& when, std::uint64_t seed);

  /// Cuts the power now, if it is not cut yet. Called before the engine is closed in any case.
  void cut();

  bool is_cut() const;

  /// @returns the step in which the power was cut; nothing if between two or not at all.
  std::optional<disk_step> cut_in() const;

  /// Has the directory look as after a power cut, as `random` decides where several looks are possible: names
  /// and tails that were not synced are there or not, tails are torn, or have holes of zeros or garbage.
  /// @pre The power is cut and the engine is closed. @post It is back; all that is there is on the disk.
  void come_back_after_power_cut(std::mt19937_64& random);

  /// Has everything there as it was written but a part of the newest log, as far as it was not synced: zeros
  /// are there instead. @pre As above.
  void come_back_without(std::uint64_t from, std::uint64_t bytes = page_bytes);

  /// @returns how many bytes were written to the newest log; 0 if there is none.
  std::uint64_t newest_log_bytes() const;

  /// As if only the process had been killed: the cache survives and is still not on the disk.
  /// @pre As above.
  void come_back_after_kill();

private:
  std::shared_ptr<power_state> state_;
};

} // namespace cluster_store::tests
