#pragma once

#include <string>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::backends {

/// Starts RocksDB's background threads, which all databases of a process share, and checks that there is room
/// for what opening one takes. RocksDB itself starts them when it has work for them, in the middle of
/// something, and the process or the database does not survive it if the system has none.
///
/// Threads: any; signals that must not end the process (signal_shield.hpp) are blocked in those that it
/// starts.
/// @param path names the database in messages.
/// @errors `io_error`.
result<void> prepare_rocksdb(const std::string& path);

} // namespace cluster_store::backends
