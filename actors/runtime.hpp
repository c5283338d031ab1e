#pragma once

#include <memory>

#include <cluster_store/actors/caf_compat.hpp>

namespace cluster_store::actors {

/// Registers the program's message types with `config` and sets the options of CAF that its speed depends on
/// (docs/ARCHITECTURE.md): work-sharing scheduler, no helper threads in the middleman.
/// @param with_network also loads CAF's middleman; without it no socket is ever opened.
void prepare(caf::actor_system_config& config, bool with_network);

/// Owner of an actor system, for programs that have none of their own.
///
/// Threads: `make` and `system` from any thread. Ownership: shared by every client and server that lives in
/// it; the last one to go ends the system, which waits for its actors. If that happens inside a callback,
/// that is on one of the system's own threads, the end is handed to a thread of its own.
class runtime {
public:
  /// @param with_network whether the process listens or connects.
  static std::shared_ptr<runtime> make(bool with_network);

  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  ~runtime();

  caf::actor_system& system() noexcept { return system_; }

private:
  struct configuration;

  explicit runtime(std::unique_ptr<configuration> config);

  std::unique_ptr<configuration> config_;
  caf::actor_system system_;
};

/// Marks the time during which this thread runs callbacks of a proxy, so that a handle that is closed by one
/// of them does not wait for the very actor that is calling.
class callback_scope {
public:
  callback_scope() noexcept;
  callback_scope(const callback_scope&) = delete;
  callback_scope& operator=(const callback_scope&) = delete;
  ~callback_scope();

  /// @returns whether this thread is inside a scope.
  static bool active() noexcept;
};

} // namespace cluster_store::actors
