#pragma once

#include <memory>

namespace rocksdb {
class WalFilter;
} // namespace rocksdb

namespace cluster_store::backends {

/// Ends the recovery of a database at the first commit that its logs have lost.
///
/// RocksDB takes zeros in a log for room that was reserved, skips the rest of the block and goes on behind
/// it. After a power cut they may be a page that was not written in time, so commits would be missing from
/// the middle while later ones stay. Each commit has the number of its first row, and numbers are given out
/// without a gap: so a gap is damage, and as behind any other, nothing is replayed and all is forgotten for
/// good.
///
/// It relies on the first commit of each log being there (`watched_disk::began_log`).
///
/// @returns one for a single opening of a database, which it has to outlive. Threads: RocksDB's, one at a
/// time.
std::shared_ptr<rocksdb::WalFilter> make_log_order();

} // namespace cluster_store::backends
