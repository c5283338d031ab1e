#pragma once

#include <memory>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/actors/server.hpp>

namespace cluster_store::actors {

/// As `cluster_store::serve`, in an actor system that is there already.
/// @param home kept until the server has stopped; it need not own the system.
/// @pre the system went through `prepare`, with the network if `how.listen` is not empty.
result<server> serve_in(std::shared_ptr<caf::actor_system> home, const server_options& how);

/// As `cluster_store::open`, in an actor system that is there already.
/// @param home as in `serve_in`.
result<client> open_in(std::shared_ptr<caf::actor_system> home, const options& how);

} // namespace cluster_store::actors
