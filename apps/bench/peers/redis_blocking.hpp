#pragma once

#include <chrono>
#include <memory>

#include <cluster_store/apps/bench/peers/redis_server.hpp>
#include <cluster_store/apps/bench/round.hpp>
#include <cluster_store/apps/bench/workload.hpp>

namespace cluster_store::apps {

/// Asks a Redis server one command at a time with the blocking client library of Redis, hiredis, over one
/// connection, on the calling thread: what `load` with one operation in flight is compared with. Blocks.
///
/// @pre the workload is get, set or touch.
/// @errors `unsupported` if this program was built without hiredis, `unavailable` if the server cannot be
/// reached; errors of commands are counted in the round.
result<std::unique_ptr<round_result>> run_redis_blocking(const redis_address& where, const load_settings& how,
                                                         std::chrono::milliseconds time);

} // namespace cluster_store::apps
