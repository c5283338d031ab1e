#pragma once

#include <atomic>

#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::actors {

/// @returns the one `T` of this process, made when it is first asked for.
///
/// It never ends, because handles with static storage may end after everything else. A forked child gets one
/// of its own: the locks of its parent's may be held by threads that are not there. Threads: any; `T` guards
/// itself.
template <class T>
T& of_this_process() {
  struct place {
    process_stamp owner;
    place* former; ///< Of the parent; kept in sight of leak checkers.
    T what{};
  };
  static std::atomic<place*> only{nullptr};
  auto* known = only.load(std::memory_order_acquire);
  if (known != nullptr && known->owner == current_process())
    return known->what;
  auto* const made = new place{current_process(), known};
  if (only.compare_exchange_strong(known, made, std::memory_order_acq_rel))
    return made->what;
  delete made;
  return known->what; // another thread was first
}

} // namespace cluster_store::actors
