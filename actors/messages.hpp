#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/operation_names.hpp>
#include <cluster_store/backends/session.hpp>

namespace cluster_store {

struct listing;

} // namespace cluster_store

/// Every message type of the program, in one type-id block. On CAF 1.x the numbers travel, so the order is
/// part of the protocol: append only.
namespace cluster_store::actors {

/// Makes the types known to an actor system that is still to be made.
void initialize_message_types(caf::actor_system_config& config);

// -- between processes: one byte buffer each, coded by `cluster_store::wire`
// ---------------------------------------

struct coded_message {
  std::string bytes;
};

/// Proxy → gate. Answered with a `welcome_message`.
struct hello_message : coded_message {};

/// Gate → proxy: a coded `result<wire::welcome>` and, if it is a welcome, where batches go.
struct welcome_message : coded_message {
  caf::strong_actor_ptr store;
};

/// Proxy → store actor. Not a request: results come as `results_message`, in any number of frames.
struct batch_message : coded_message {};

/// Store actor → proxy.
struct results_message : coded_message {};

/// Reserved for events and invalidation: store actor → proxy.
struct push_message : coded_message {};

/// Proxy → store actor: forget me.
struct bye_message : coded_message {};

/// Worker → gate, returned unchanged: shows that the other process lives. Carries the connection's pass.
struct beat_message : coded_message {};

/// Worker → gate: the connection's pass. Answered with a coded `result<server_status>`.
struct status_message : coded_message {};

template <class Inspector, std::derived_from<coded_message> Message>
auto inspect(Inspector& f, Message& x) {
  return compat::inspect_as(f, x, "coded_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, welcome_message& x) {
  return compat::inspect_as(f, x, "welcome_message", x.bytes, x.store);
}

// -- between a component and its proxy, in one process: actors/component.hpp
// ---------------------------------------------------------------------------------------------

#define CLUSTER_STORE_REQUEST(name) using name##_request = operations::name##_of<std::string>;
CLUSTER_STORE_OPERATIONS(CLUSTER_STORE_REQUEST)
#undef CLUSTER_STORE_REQUEST

using session_reply = std::optional<session>;
using sessions_reply = std::vector<std::optional<session>>;
using version_reply = std::optional<version_number>;

// -- between the actors of one master: store/messages.hpp

struct backend_opened;
struct store_started;
struct flush_store;
struct tick_store;
struct proxy_gone;
struct grant_ticket;
struct granted_ticket;
struct client_is_stuck;
struct ask_figures;
struct store_figures;
struct store_changed;
struct await_first_start;
struct store_ended;
struct stop_serving;
struct await_departures;

} // namespace cluster_store::actors

/// Starts above the ids an application would take first, so that its own block and ours do not meet.
CAF_BEGIN_TYPE_ID_BLOCK(cluster_store, caf::first_custom_type_id + 600)
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::hello_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::welcome_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::batch_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::results_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::push_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::bye_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::beat_message))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::status_message))
#define CLUSTER_STORE_REQUEST(name) CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::name##_request))
CLUSTER_STORE_OPERATIONS(CLUSTER_STORE_REQUEST)
#undef CLUSTER_STORE_REQUEST
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::session_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::sessions_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::version_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::listing))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::backend_opened))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::store_started))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::flush_store))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::tick_store))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::proxy_gone))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::grant_ticket))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::granted_ticket))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::ask_figures))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::store_figures))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::store_changed))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::await_first_start))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::store_ended))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::stop_serving))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::await_departures))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::client_is_stuck))
CAF_END_TYPE_ID_BLOCK(cluster_store)

// They never travel, so they need no inspection.
#define CLUSTER_STORE_REQUEST(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::name##_request)
CLUSTER_STORE_OPERATIONS(CLUSTER_STORE_REQUEST)
#undef CLUSTER_STORE_REQUEST
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::session_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::sessions_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::version_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::listing)
