#pragma once

#include <cluster_store/apps/bench/report.hpp>

namespace cluster_store::apps {

/// Does all that the flags ask for: starts store and peer, fills them, runs their rounds in turns. Blocks.
/// Pins the calling thread if `how.pin` says so. Prints what failed within a round to the standard error
/// output.
/// @errors what a peer or the store says that could not be started or filled.
result<bench_report> measure(const bench_settings& how);

} // namespace cluster_store::apps
