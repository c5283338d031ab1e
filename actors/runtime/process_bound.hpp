#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::actors {

/// Calls `what`, on a thread of its own unless this is an actor's, and waits for it.
///
/// CAF keeps objects with thread storage, which may be gone where objects of the program with static or
/// thread storage end: an actor system that ends there writes to what was freed.
void do_aside(const std::function<void()>& what);

/// Makes what belongs to this process, with its threads and connections. The last owner ends it; in a forked
/// child, which has only a picture of it, nothing does.
template <class T, class... Arguments>
std::shared_ptr<T> make_process_bound(Arguments&&... arguments) {
  return {new T(std::forward<Arguments>(arguments)...), [maker = current_process()](T* ended) {
            if (maker == current_process())
              do_aside([ended] { delete ended; });
          }};
}

/// @returns the error of calls on a handle or server that was opened by a process this one was forked from.
inline tl::unexpected<error> opened_elsewhere() {
  return fail(errc::unavailable,
              "this was opened in another process, of which this one is a forked child: open "
              "one in this process");
}

} // namespace cluster_store::actors
