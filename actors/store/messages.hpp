#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/store/core.hpp>
#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/backends/backend.hpp>

/// Messages between the actors of one master. They carry objects and never leave the process.
namespace cluster_store::actors {

/// Opener → supervisor.
struct backend_opened {
  result<std::shared_ptr<backends::backend>> engine;
};

/// Store actor → supervisor, once: it answers from now on, or it cannot (and ends).
struct store_started {
  result<void> outcome;
};

/// To oneself: commit what is queued.
struct flush_store {};

/// To oneself: what waits for its time is due, such as housekeeping, or starting a store again.
struct tick_store {};

/// To oneself: a client's proxy ended or its connection is gone.
struct proxy_gone {
  backends::client_id client;
  std::uint64_t ticket = 0;
};

/// Gate → store actor: give this client a ticket. Answered with `granted_ticket`.
struct grant_ticket {
  backends::client_id client;
  rights allowed = rights::operate;
  std::uint64_t answers_window = 0; ///< As its hello says.
  caf::strong_actor_ptr proxy;
};

struct granted_ticket {
  result<wire::welcome> welcome;
};

/// Store actor → who asked for the ticket: this client keeps what others wait for; end its connection.
struct client_is_stuck {
  backends::client_id client;
};

/// Gate → store actor. Answered with `store_figures`.
struct ask_figures {};

/// Supervisor → gate: the named store is served by this actor, or (no actor) it is not, and why.
struct store_changed {
  std::string name;
  std::string engine;
  caf::strong_actor_ptr store;
  std::uint64_t restarts = 0;
  std::string problem;
};

/// Server → supervisor: answered with `store_started` once the first start succeeded or failed.
struct await_first_start {};

/// To oneself: the watched store actor ended.
struct store_ended {
  std::string reason;
};

/// Server → gate: welcome nobody any more. Server → supervisor → store actor: answer what was accepted and
/// end.
struct stop_serving {};

/// Server → gate, after the stores have ended: answered with `store_started` when every proxy that was
/// welcome has noticed, and so has received what its store had answered.
struct await_departures {};

} // namespace cluster_store::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::backend_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::store_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::flush_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::tick_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::proxy_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::grant_ticket)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::granted_ticket)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::client_is_stuck)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::ask_figures)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::store_figures)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::store_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::await_first_start)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::store_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::stop_serving)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cluster_store::actors::await_departures)
