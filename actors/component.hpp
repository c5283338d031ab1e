#pragma once

#include <tuple>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/server.hpp>

/// The session API for programs that are made of CAF actors.
namespace cluster_store::actors {

namespace detail {

template <class List>
struct proxy_actor_of;

template <class... Operations>
struct proxy_actor_of<std::tuple<Operations...>> {
  using type = caf::typed_actor<compat::handler<typename Operations::reply, Operations>...>;
};

} // namespace detail

/// A store as a component sees it: one request a session operation, answered within the handle's deadline
/// (`options::calls`) with the reply or an error that `from_caf` reads. Requests of one sender apply in the
/// order they were sent. Where the store lives makes no difference. Never publish this actor.
///
/// A request is the operation itself, written as any value: `get_request{id}` is answered with a
/// `std::optional<session>`, `set_request{id, data, {.ttl = 30min}}` with a version (actors/operations/).
using proxy_actor = detail::proxy_actor_of<operations::all_operations<std::string>>::type;

/// Prepares the configuration of an actor system that stores are to be opened in: message types, middleman
/// and the options of CAF that the speed of the program depends on (work sharing, no helper threads in the
/// middleman). Call it before the actor system is made; your own settings may follow.
void configure(caf::actor_system_config& config);

/// As `cluster_store::open`, but the handle's actors live in `system`, which must outlive the handle and was
/// made from a configuration that went through `configure`.
/// Blocks as `cluster_store::open` does; do not call it from an actor unless `how.lazy` is set in worker
/// mode.
/// @errors as `cluster_store::open`; `unavailable` if `system` was made in a process this one was forked
/// from.
result<client> open(caf::actor_system& system, const options& how);

/// As `cluster_store::serve`, in `system`, which must outlive the server and was made from a configuration
/// that went through `configure`. Blocks; do not call it from an actor.
/// @errors as `cluster_store::serve`; `unavailable` as for `open`.
result<server> serve(caf::actor_system& system, const server_options& how);

/// @returns the typed handle of an open client's proxy, for requests from actors. The proxy ends with the
/// client: keep the client as long as components use this.
/// An empty client has an empty handle, whose requests are errors.
proxy_actor handle_of(const client& of);

} // namespace cluster_store::actors
