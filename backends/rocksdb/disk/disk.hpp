#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <cluster_store/backends/rocksdb/disk/log_file.hpp>

namespace rocksdb {
class Env;
class Status;
} // namespace rocksdb

namespace cluster_store::backends {

class watched_file_system;

/// The file system under RocksDB, watched where a truthful answer depends on it.
///
/// RocksDB reports a failed append and a failed sync as the same kind of error, but only the first can be
/// undone. And it leaves half a record behind when the disk is full, which can make a later recovery refuse
/// the database if the process dies while it resumes; so a failed append is cut off here at once.
///
/// It also relies on an order in which file systems need not write (docs/storage.md, "The power fails"): so
/// a log is synced before the next log is begun, its name before anything is in it, and the names of all
/// files before CURRENT names another manifest.
///
/// New files have mode 0600 under any umask.
///
/// Threads: RocksDB calls the file system from its threads; the functions below are for the thread of the
/// engine.
class watched_disk {
public:
  /// @param files what is watched; none = the operating system's. @param every_commit_synced whether
  /// `sync_log` will follow every commit: then the log is filled with zeros ahead and written early
  /// (docs/storage.md).
  watched_disk(const std::shared_ptr<rocksdb::FileSystem>& files, bool every_commit_synced);
  ~watched_disk();
  watched_disk(const watched_disk&) = delete;
  watched_disk& operator=(const watched_disk&) = delete;

  /// @returns the environment for `DBOptions::env`, valid as long as this object.
  rocksdb::Env* env() const noexcept { return env_.get(); }

  /// From now on RocksDB sees these files of a directory, and can change nothing. At first it sees none.
  void show(const std::vector<std::string>& files);

  /// From now on it may change what is shown, and adds to it; see ../directory/inventory.hpp.
  /// @errors `io_error`.
  result<void> begin(const std::string& directory);

  /// After RocksDB has been closed.
  /// @param is_synced whether all commits survive a power cut.
  void end(bool is_synced);

  /// Begins a commit, which lasts up to `fate()`: makes sure that the disk has room for `bytes` more in the
  /// log.
  /// @errors `io_error` if it has not. Where a file system cannot reserve room, it always succeeds.
  result<void> begin_commit(std::uint64_t bytes);

  /// @returns whether the commit is the first in its log. It has to be synced before the next: without it
  /// nobody could tell after a power cut whether what is left of the log begins with the first.
  bool began_log() const noexcept { return state_->began_log; }

  /// @returns what became of the commit, if RocksDB reported that it failed.
  log_fate fate() const noexcept { return state_->fate; }

  /// Makes all commits up to now survive a power cut. Not through RocksDB: its `SyncWAL` waits for a sync
  /// in the background and aborts the process if that fails, and its synced write waits for the disk before
  /// it goes on.
  /// @errors `outcome_unknown`.
  result<void> sync_log();

  /// @returns whether an append to a log or a sync of one ever failed, also in the background. RocksDB must
  /// not be
  ///   asked to write or sync it again: it would abort the process.
  bool log_failed() const noexcept { return state_->log_failed; }

  /// Makes the names in the directory `path` survive a power cut, if this user may read it.
  /// @errors `io_error`.
  result<void> sync_directory(const std::string& path) const;

  /// @returns the free bytes of the disk that holds `path`, the largest number if it cannot be told; at most
  /// what one file may have.
  std::uint64_t free_bytes(const std::string& path) const;

private:
  std::shared_ptr<disk_state> state_ = std::make_shared<disk_state>();
  std::shared_ptr<watched_file_system> file_system_;
  std::unique_ptr<rocksdb::Env> env_;
};

/// @returns what to do about `problem`, which is that there is no room.
std::string room_hint(const rocksdb::Status& problem);

} // namespace cluster_store::backends
