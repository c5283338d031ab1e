#pragma once

#include <memory>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/actors/server.hpp>

namespace cluster_store::actors {

/// As `cluster_store::serve`, in an actor system that is there already.
/// @param owner of `system`, kept until the server has stopped; empty if the caller sees to it.
/// @pre `system` went through `prepare`, with the network if `how.listen` is not empty.
result<server> serve_in(caf::actor_system& system, std::shared_ptr<runtime> owner, const server_options& how);

/// Standalone and master mode: starts a server of one store in `system`; the handle owns it.
/// @param owner as in `serve_in`.
result<client> open_with_server(caf::actor_system& system, std::shared_ptr<runtime> owner,
                                const options& how);

} // namespace cluster_store::actors
