#pragma once

#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::actors {

/// Registers the program's message types with `config` and sets the options of CAF that its speed depends on
/// (docs/ARCHITECTURE.md): work-sharing scheduler, no helper threads in the middleman.
/// @param with_network also loads CAF's middleman; without it no socket is ever opened.
void prepare(caf::actor_system_config& config, bool with_network);

/// Makes an actor system for programs that have none of their own.
///
/// Threads: any. Ownership: shared by every client and server that lives in it; the last one to go ends the
/// system, which waits for its actors. If that happens inside a callback, that is on one of the system's own
/// threads, the end is handed to a thread of its own.
/// @param with_network whether the process listens or connects.
/// @errors `io_error` if the process has no room for its threads, and with a network for its descriptors and
///   those of a door: CAF would end the process. `overloaded` if too many others with a network live.
result<std::shared_ptr<caf::actor_system>> make_actor_system(bool with_network);

/// Calls what opens a store or starts a server for a program of any kind. Signals that such a program may not
/// expect are kept from it (backends/system/signal_shield.hpp), and what the system's or memory's exhaustion
/// throws is an error like any other.
/// @returns what `call` does. @errors also `io_error`.
template <class Call>
auto call_for_program(Call call) -> decltype(call()) try {
  const signal_shield shield;
  return call();
} catch (const std::bad_alloc&) {
  return fail(errc::io_error,
              "there is no memory left: raise the limit (ulimit -v, MemoryMax= of a service)");
} catch (const std::exception& problem) {
  return fail(errc::io_error, std::string{"the system refuses what a store needs ("} + problem.what()
                                  + "): raise the limits of the process (ulimit -n, -u, -v)");
}

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

  /// @returns whether this thread is inside a scope that began in that process.
  static bool was_active(process_stamp process) noexcept;
};

/// CAF binds a thread to the actor system it used last, and no system ends while a thread is bound to it. A
/// thread of the program, which may live on, is unbound by the end of this.
class program_thread {
public:
  program_thread() = default;
  program_thread(const program_thread&) = delete;
  program_thread& operator=(const program_thread&) = delete;
  ~program_thread() { CAF_SET_LOGGER_SYS(nullptr); }
};

/// Asks an actor from outside any actor and waits. @errors what it answers, or what CAF says.
template <class Answer, class Question>
result<Answer> ask(caf::actor_system& system, const caf::actor& whom, caf::timespan timeout,
                   Question question) {
  const program_thread caller;
  caf::scoped_actor self{system};
  result<Answer> out;
  compat::request(self.ptr(), whom, timeout, std::move(question))
      .receive([&](const Answer& answer) { out = answer; },
               [&](const caf::error& why) { out = tl::unexpected<error>{from_caf(system, why)}; });
  return out;
}

/// Ends a child that was forked on this thread while it was an actor's and this object was there: such a
/// thread must not go on with what it was doing.
class child_ends_here {
public:
  child_ends_here() noexcept : process_(current_process()) {}
  child_ends_here(const child_ends_here&) = delete;
  child_ends_here& operator=(const child_ends_here&) = delete;
  ~child_ends_here() {
    if (process_ != current_process() && callback_scope::was_active(process_))
      std::_Exit(EXIT_FAILURE);
  }

private:
  const process_stamp process_;
};

} // namespace cluster_store::actors
