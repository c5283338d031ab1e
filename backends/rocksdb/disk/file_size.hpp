#pragma once

#include <string>

namespace rocksdb {
class IOStatus;
class Status;
} // namespace rocksdb

namespace cluster_store::backends {

/// A file that may not grow, because of the process's limit (RLIMIT_FSIZE) or the file system's, is the same
/// trouble as a full disk, and RocksDB goes on after that; after other failed writes it does not.
/// @pre `errno` was 0 before the write that ended with `done`.
/// @returns `done`, or NoSpace if it says that.
rocksdb::IOStatus no_space_if_too_large(rocksdb::IOStatus done);

/// @returns what to do about `problem`, which is that there is no room.
std::string room_hint(const rocksdb::Status& problem);

} // namespace cluster_store::backends
