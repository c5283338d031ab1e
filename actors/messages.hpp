#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cluster_store/actors/caf_compat.hpp>

/// Every message type of the program, in one type-id block. On CAF 1.x the numbers travel, so the order is
/// part of the protocol: append only.
namespace cluster_store::actors {

/// Makes the types known to an actor system that is still to be made.
void initialize_message_types(caf::actor_system_config& config);

// -- between processes: one byte buffer each, coded by `cluster_store::wire`
// ---------------------------------------

/// Proxy → gate. Answered with a `welcome_message`.
struct hello_message {
  std::string bytes;
};

/// Gate → proxy: a coded `result<wire::welcome>` and, if it is a welcome, where batches go.
struct welcome_message {
  std::string bytes;
  caf::strong_actor_ptr store;
};

/// Proxy → store actor. Not a request: results come as `results_message`, in any number of frames.
struct batch_message {
  std::string bytes;
};

/// Store actor → proxy.
struct results_message {
  std::string bytes;
};

/// Reserved for events and invalidation: store actor → proxy.
struct push_message {
  std::string bytes;
};

/// Proxy → store actor: forget me.
struct bye_message {
  std::string bytes;
};

/// Worker → gate, returned unchanged: shows that the other process lives. Carries the connection's pass.
struct beat_message {
  std::string bytes;
};

/// Worker → gate: the connection's pass. Answered with a coded `result<server_status>`.
struct status_message {
  std::string bytes;
};

// -- between a component and its proxy, in one process
// -------------------------------------------------------------

/// Optional numbers of requests: a ttl in milliseconds, or none.
inline constexpr std::int64_t no_ttl = INT64_MIN;

struct get_request {
  std::string id;
};

struct get_reply {
  bool found = false;
  std::string data;
  std::uint64_t version = 0;
  std::int64_t ttl_milliseconds = no_ttl;
};

/// `condition` is a `wire::condition::kind`.
struct set_request {
  std::string id;
  std::string data;
  std::int64_t ttl_milliseconds = no_ttl;
  std::uint8_t condition = 0;
  std::uint64_t condition_version = 0;
};

/// Of set and regenerate; `found` says whether regenerate had something to move.
struct version_reply {
  bool found = true;
  std::uint64_t version = 0;
};

struct touch_request {
  std::string id;
  std::int64_t ttl_milliseconds = no_ttl;
};

struct destroy_request {
  std::string id;
};

/// Of touch and destroy: whether there was a session.
struct found_reply {
  bool found = false;
};

struct regenerate_request {
  std::string old_id;
  std::string new_id;
};

struct length_request {
  std::uint8_t unused = 0;
};

struct clear_request {
  std::uint8_t unused = 0;
};

/// Of length and clear.
struct count_reply {
  std::uint64_t count = 0;
};

struct all_request {
  std::string cursor;
  std::string prefix;
  std::uint32_t rows_max = 1000;
};

struct listed_reply {
  std::string id;
  std::string data;
  std::uint64_t version = 0;
  std::int64_t ttl_milliseconds = no_ttl;
};

struct all_reply {
  std::vector<listed_reply> sessions;
  std::string cursor;
};

template <class Inspector>
auto inspect(Inspector& f, hello_message& x) {
  return compat::inspect_as(f, x, "hello_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, welcome_message& x) {
  return compat::inspect_as(f, x, "welcome_message", x.bytes, x.store);
}

template <class Inspector>
auto inspect(Inspector& f, batch_message& x) {
  return compat::inspect_as(f, x, "batch_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, results_message& x) {
  return compat::inspect_as(f, x, "results_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, push_message& x) {
  return compat::inspect_as(f, x, "push_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, bye_message& x) {
  return compat::inspect_as(f, x, "bye_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, beat_message& x) {
  return compat::inspect_as(f, x, "beat_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, status_message& x) {
  return compat::inspect_as(f, x, "status_message", x.bytes);
}

template <class Inspector>
auto inspect(Inspector& f, get_request& x) {
  return compat::inspect_as(f, x, "get_request", x.id);
}

template <class Inspector>
auto inspect(Inspector& f, get_reply& x) {
  return compat::inspect_as(f, x, "get_reply", x.found, x.data, x.version, x.ttl_milliseconds);
}

template <class Inspector>
auto inspect(Inspector& f, set_request& x) {
  return compat::inspect_as(f, x, "set_request", x.id, x.data, x.ttl_milliseconds, x.condition,
                            x.condition_version);
}

template <class Inspector>
auto inspect(Inspector& f, version_reply& x) {
  return compat::inspect_as(f, x, "version_reply", x.found, x.version);
}

template <class Inspector>
auto inspect(Inspector& f, touch_request& x) {
  return compat::inspect_as(f, x, "touch_request", x.id, x.ttl_milliseconds);
}

template <class Inspector>
auto inspect(Inspector& f, destroy_request& x) {
  return compat::inspect_as(f, x, "destroy_request", x.id);
}

template <class Inspector>
auto inspect(Inspector& f, found_reply& x) {
  return compat::inspect_as(f, x, "found_reply", x.found);
}

template <class Inspector>
auto inspect(Inspector& f, regenerate_request& x) {
  return compat::inspect_as(f, x, "regenerate_request", x.old_id, x.new_id);
}

template <class Inspector>
auto inspect(Inspector& f, length_request& x) {
  return compat::inspect_as(f, x, "length_request", x.unused);
}

template <class Inspector>
auto inspect(Inspector& f, clear_request& x) {
  return compat::inspect_as(f, x, "clear_request", x.unused);
}

template <class Inspector>
auto inspect(Inspector& f, count_reply& x) {
  return compat::inspect_as(f, x, "count_reply", x.count);
}

template <class Inspector>
auto inspect(Inspector& f, all_request& x) {
  return compat::inspect_as(f, x, "all_request", x.cursor, x.prefix, x.rows_max);
}

template <class Inspector>
auto inspect(Inspector& f, listed_reply& x) {
  return compat::inspect_as(f, x, "listed_reply", x.id, x.data, x.version, x.ttl_milliseconds);
}

template <class Inspector>
auto inspect(Inspector& f, all_reply& x) {
  return compat::inspect_as(f, x, "all_reply", x.sessions, x.cursor);
}

// -- between the actors of one master: store/messages.hpp

struct backend_opened;
struct store_started;
struct flush_store;
struct tick_store;
struct proxy_gone;
struct grant_ticket;
struct granted_ticket;
struct ask_figures;
struct store_figures;
struct store_changed;
struct await_first_start;
struct restart_store;
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
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::get_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::get_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::set_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::version_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::touch_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::destroy_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::found_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::regenerate_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::length_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::clear_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::count_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::all_request))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::listed_reply))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::all_reply))
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
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::restart_store))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::store_ended))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::stop_serving))
CAF_ADD_TYPE_ID(cluster_store, (cluster_store::actors::await_departures))
CAF_END_TYPE_ID_BLOCK(cluster_store)
