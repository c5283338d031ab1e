#pragma once

#include <memory>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/client.hpp>

namespace cluster_store::actors {

/// Opens a handle of a store whose gate lives in this process.
///
/// Blocks until the gate's welcome, at most `how.connect_timeout`, unless `how.lazy`. Not to be called from
/// an actor.
/// @param system where the gate lives and the handle's proxy is to live.
/// @param owner kept until the handle has been closed, and released after its proxy ended: the runtime,
///   or a server that the handle owns. May be empty.
/// @param how `store.name`, `calls`, `queue`, `worker_name`, the callbacks and the times are used.
/// @errors `invalid_argument` for bad options or if the gate knows no such store, `unavailable` if it did not
///   answer in time.
result<client> make_local_client(caf::actor_system& system, std::shared_ptr<void> owner, caf::actor gate,
                                 const options& how);

} // namespace cluster_store::actors
