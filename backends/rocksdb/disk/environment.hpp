#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Env;
class FileSystem;
class Logger;
} // namespace rocksdb

namespace cluster_store::backends {

/// @returns an environment with these files and the machine's clock as RocksDB can bear it. RocksDB aborts
/// the process when it is before 1970, as on a board without a clock of its own; then this one tells the time
/// since the machine was started. Sessions have nothing to do with it: their times come with them. Any
/// thread.
std::unique_ptr<rocksdb::Env> environment_of(const std::shared_ptr<rocksdb::FileSystem>& files);

/// Makes what writes RocksDB's `LOG`. RocksDB's own aborts the process when it writes again after a write
/// that failed, so a full disk would end the master; this one leaves out what does not fit.
///
/// Threads: any.
/// @returns none if the file cannot be made.
std::shared_ptr<rocksdb::Logger> make_rocksdb_logger(const std::string& path);

} // namespace cluster_store::backends
