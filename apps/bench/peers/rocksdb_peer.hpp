#pragma once

#include <memory>

#include <cluster_store/apps/bench/peers/peer.hpp>
#include <cluster_store/apps/bench/settings.hpp>

namespace cluster_store::apps {

/// Opens a RocksDB of this process's own with as many sessions in one column family, asked by one thread for
/// 64 operations at a time: a WriteBatch for set, a MultiGet for get. Its files are beside those of the store
/// and go with the peer; where the two have the same options, they have the same values. The latency of its
/// operations is not told: they wait in groups that no caller asked for.
/// @pre the backend's scheme is rocksdb, the workload is get or set.
/// @errors `invalid_argument` for a backend URI that cannot be read, `io_error` if the engine fails.
result<std::unique_ptr<peer>> open_rocksdb_peer(const bench_settings& how);

} // namespace cluster_store::apps
