#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Logger;
} // namespace rocksdb

namespace cluster_store::backends {

/// Makes what writes RocksDB's `LOG`. RocksDB's own aborts the process when it writes again after a write
/// that failed, so a full disk would end the master; this one leaves out what does not fit.
///
/// Threads: any.
/// @returns none if the file cannot be made.
std::shared_ptr<rocksdb::Logger> make_rocksdb_logger(const std::string& path);

} // namespace cluster_store::backends
