#pragma once

namespace cluster_store::apps {

/// The main job end to end: a master with a RocksDB store, three worker processes that share sessions through
/// it, the master killed twice and started again, and every acknowledged write looked up at the end.
/// Says on stdout what it is doing. Blocks, about 10 s.
/// @returns 0 if nothing acknowledged is missing and all the workers reconnected; 1 if not; 130 after Ctrl-C.
int run_demonstration();

} // namespace cluster_store::apps
