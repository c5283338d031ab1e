#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace cluster_store::tests {

/// What the engine is about to do with a file; a `disk_watch` is told.
enum class disk_call : std::uint8_t {
  reserve, ///< Room in the log for a commit.
  append,  ///< A commit to the log.
  sync,    ///< The log.
  table    ///< A part of a table file, in the background.
};

/// Told before each of these calls, also by RocksDB's threads.
/// @returns 0 to let it happen, or the `errno` (ENOSPC, EIO) it is to fail with.
using disk_watch = std::function<int(disk_call)>;

/// The operating system's files, for `rocksdb_options::files`, which fail when `watch` says so.
std::shared_ptr<rocksdb::FileSystem> make_failing_files(disk_watch watch);

} // namespace cluster_store::tests
