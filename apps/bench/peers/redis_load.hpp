#pragma once

#include <chrono>
#include <memory>

#include <cluster_store/apps/bench/peers/redis_server.hpp>
#include <cluster_store/apps/bench/round.hpp>
#include <cluster_store/apps/bench/workload.hpp>

namespace cluster_store::apps {

/// Keeps a fixed number of commands in flight on one connection to a Redis server: what `load` with as many
/// operations is compared with. Keys, kinds of operations, clock and histogram are those of `load`.
/// Threads: one at a time.
class redis_load {
public:
  redis_load() = default;
  redis_load(const redis_load&) = delete;
  redis_load& operator=(const redis_load&) = delete;
  virtual ~redis_load() = default;

  /// Runs one round on the calling thread. Blocks for `time` and until what is in flight is answered; errors
  /// of commands are counted in the round.
  virtual std::unique_ptr<round_result> run(std::chrono::milliseconds time, std::uint32_t in_flight) = 0;
};

/// Connects to the server at `where` with hiredis, Redis's own client library for C.
/// @errors `unsupported` if this program was built without hiredis, `unavailable` if the server cannot be
/// reached.
result<std::unique_ptr<redis_load>> open_redis_load(const redis_address& where, const load_settings& how);

} // namespace cluster_store::apps
