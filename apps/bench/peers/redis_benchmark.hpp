#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/apps/bench/peers/peer.hpp>
#include <cluster_store/apps/bench/peers/redis_server.hpp>

namespace cluster_store::apps {

/// @returns the command line of redis-benchmark that does the workload, without the program. Pure.
/// @pre the workload is get, set or touch (EXPIRE).
std::vector<std::string> redis_benchmark_arguments(const redis_address& where, const load_settings& how,
                                                   const peer_shape& shape, std::uint64_t requests);

/// Reads what `redis-benchmark --csv` of one test prints: in Redis 6.2 and newer a heading and a row with
/// latencies, before that a row of name and rate. Pure.
/// @errors `corrupt` if there is no rate.
result<round_figures> parse_redis_benchmark_csv(std::string_view text);

/// Drives a Redis server with redis-benchmark, which must be told how many requests a round has: their number
/// comes from short runs before the first round of a shape.
class redis_benchmark {
public:
  redis_benchmark(redis_address where, const load_settings& how) : where_(std::move(where)), how_(how) {}

  /// Runs it for about `time`. Blocks.
  /// @errors `unsupported` if there is no redis-benchmark, `io_error` if it fails.
  result<round_figures> run(std::chrono::milliseconds time, const peer_shape& shape);

private:
  /// Requests a second that a short run of a shape saw.
  struct calibration {
    std::uint32_t connections;
    std::uint32_t pipeline;
    double operations_per_second;
  };

  result<double> calibrate(const peer_shape& shape);
  result<round_figures> run_requests(std::uint64_t requests, const peer_shape& shape) const;

  redis_address where_;
  load_settings how_;
  std::vector<calibration> calibrations_;
};

} // namespace cluster_store::apps
