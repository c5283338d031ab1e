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
/// @errors `io_error`; `unavailable` in a forked child of a process that has called this.
result<void> prepare_rocksdb(const std::string& path);

/// From now on a forked child of this process ends, when it calls `exit`, before RocksDB's static objects do:
/// they would wait for threads that are not there. What it has written to its streams goes out; its own
/// objects that were made before the first database do not end. Any thread; once is enough.
/// @pre a database was opened, so that these objects are there.
void spare_children_the_end();

} // namespace cluster_store::backends
