#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include <cluster_store/backends/rocksdb/rocksdb.hpp>

namespace rocksdb {
class FSRandomRWFile;
class FSWritableFile;
class IOStatus;
} // namespace rocksdb

namespace cluster_store::backends {

/// A log that RocksDB appends to.
class log_file;

/// What became of the bytes one commit appended to RocksDB's log.
enum class log_fate : std::uint8_t {
  untouched, ///< Nothing was appended: the commit was refused before.
  cut_back,  ///< An append failed and the log was cut to its length before: a reopen finds nothing of the
             ///< commit.
  unknown    ///< Appended, perhaps not synced, perhaps in part: a reopen may find it or not.
};

/// What all files of one database share.
struct disk_state {
  bool every_commit_synced = false;
  std::mutex newest_mutex;
  log_file* newest = nullptr;
  std::atomic<std::uint64_t> commit = 0;            // number of the commit
  std::atomic<log_fate> fate = log_fate::untouched; // since it began
  std::atomic<bool> began_log = false;              // as well
  std::atomic<bool> log_failed = false;             // at any time
};

/// @returns the status of a call that failed with this `errno`.
rocksdb::IOStatus disk_failed(int number);

/// Makes sure that `bytes` more can be appended to the newest log, if the file system can tell.
rocksdb::IOStatus reserve_log(disk_state& state, std::uint64_t bytes);

/// Syncs what was appended to the newest log.
rocksdb::IOStatus sync_log(disk_state& state);

/// Watches a log, which is the newest one from now on until it is closed.
/// @param ahead the same file, to write zeros where the log will be; may be none.
std::unique_ptr<rocksdb::FSWritableFile> watched_log(std::unique_ptr<rocksdb::FSWritableFile> file,
                                                     std::unique_ptr<rocksdb::FSRandomRWFile> ahead,
                                                     std::shared_ptr<disk_state> state);

/// Watches any other file: one that may not grow is reported as a full disk.
std::unique_ptr<rocksdb::FSWritableFile> watched_file(std::unique_ptr<rocksdb::FSWritableFile> file);

} // namespace cluster_store::backends
