#pragma once

#include <memory>

namespace rocksdb {
class Env;
class FileSystem;
class SystemClock;
} // namespace rocksdb

namespace cluster_store::backends {

/// The machine's clock as RocksDB can bear it. RocksDB aborts the process when it is before 1970, as on a
/// board without a clock of its own; then this one tells the time since the machine was started. Sessions
/// have nothing to do with it: their times come with them. Any thread.
const std::shared_ptr<rocksdb::SystemClock>& clock_for_rocksdb();

/// @returns an environment with these files and that clock.
std::unique_ptr<rocksdb::Env> environment_of(const std::shared_ptr<rocksdb::FileSystem>& files);

} // namespace cluster_store::backends
