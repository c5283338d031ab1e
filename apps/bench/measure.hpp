#pragma once

#include <atomic>

#include <cluster_store/apps/bench/report/report.hpp>

namespace cluster_store::apps {

/// Does all that the flags ask for: starts store and peer, fills them, runs their rounds in turns. Blocks.
/// Pins the calling thread if `how.pin` says so. Prints what failed within a round to the standard error
/// output.
/// @param stop is looked at before each round: once it is true, the measurement is given up, so that nothing
/// is left behind of what it made.
/// @errors what a peer or the store says that could not be started or filled; `unavailable` if it was
/// stopped.
result<bench_report> measure(const bench_settings& how, const std::atomic<bool>& stop);

} // namespace cluster_store::apps
