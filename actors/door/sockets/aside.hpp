#pragma once

#include <functional>

namespace cluster_store::door {

/// Does `work`, which may block, in a thread that nobody waits for.
/// @param run takes the action that `work` returns back to the thread it belongs to, or drops it once that
/// has
///   ended; called from the thread, at any time.
/// @returns false if the system has no more threads; then nothing was done.
bool work_aside(std::function<void(std::function<void()>)> run, std::function<std::function<void()>()> work);

} // namespace cluster_store::door
