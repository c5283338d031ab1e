#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::actors {

/// What belongs to the process that made it, with threads and connections, and must have ended when that
/// does: an engine that is closed, a socket file that is removed.
class process_bound {
public:
  process_bound() = default;
  process_bound(const process_bound&) = delete;
  process_bound& operator=(const process_bound&) = delete;
  virtual ~process_bound() = default;

  /// @param may_wait false if the end of the process came on a thread that is needed for this: in a callback.
  virtual void end_at_exit(bool may_wait) = 0;

  /// @returns false for nothing, as an empty handle has it, and for what another process made. Takes no lock.
  static bool is_usable(const process_bound* body) noexcept {
    return body != nullptr && body->process_ == current_process();
  }

private:
  const process_stamp process_ = current_process();
};

/// @returns the error of calls on a handle of `body`, which is not usable. @param why_empty if it is nothing.
tl::unexpected<error> why_unusable(const process_bound* body, const char* why_empty);

/// Calls `what`, on a thread of its own unless this is an actor's, and waits for it.
///
/// CAF keeps objects with thread storage, which may be gone where objects of the program with static or
/// thread storage end: an actor system that ends there writes to what was freed.
void do_aside(const std::function<void()>& what);

/// Makes a `T`. The last owner ends it; in a forked child, which has only a picture of it, nothing does.
template <class T, class... Arguments>
std::shared_ptr<T> make_process_bound(Arguments&&... arguments) {
  return {new T(std::forward<Arguments>(arguments)...), [](T* ended) {
            if (process_bound::is_usable(ended))
              do_aside([ended] { delete ended; });
          }};
}

/// From now on `what` is ended at `exit` or the return of `main`, the last one first, if it is still there.
///
/// That happens before the libraries it uses lose their own static objects, which objects with static storage
/// of the program, made before the first handle, outlive. Afterwards it is never destroyed: other threads may
/// still be in its calls. Threads: any. A forked child has no part in this.
/// @param kind of what libraries it uses: their objects are there when the first of a kind is.
/// @returns false if all that has already been ended: it would be too late for `what`.
bool end_at_exit(const std::shared_ptr<process_bound>& what, const std::string& kind);

} // namespace cluster_store::actors
