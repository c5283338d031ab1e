#pragma once

#include <memory>
#include <string>

namespace cluster_store::actors {

/// What must have ended when the process does: an engine that is closed, a socket file that is removed.
class ended_at_exit {
public:
  ended_at_exit() = default;
  ended_at_exit(const ended_at_exit&) = delete;
  ended_at_exit& operator=(const ended_at_exit&) = delete;
  virtual ~ended_at_exit() = default;

  /// @param may_wait false if the end of the process came on a thread that is needed for this: in a callback.
  virtual void end_at_exit(bool may_wait) = 0;
};

/// From now on `what` is ended at `exit` or the return of `main`, the last one first, if it is still there.
///
/// That happens before the libraries it uses lose their own static objects, which objects with static storage
/// of the program, made before the first handle, outlive. Afterwards it is never destroyed: other threads may
/// still be in its calls. Threads: any. A forked child has no part in this.
/// @param kind of what libraries it uses: their objects are there when the first of a kind is.
/// @returns false if all that has already been ended: it would be too late for `what`.
bool end_at_exit(const std::shared_ptr<ended_at_exit>& what, const std::string& kind);

} // namespace cluster_store::actors
