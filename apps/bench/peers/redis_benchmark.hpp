#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/apps/bench/peers/redis_server.hpp>

namespace cluster_store::apps {

/// What redis-benchmark has in flight: as many connections as the store has workers, each with a pipeline.
struct redis_benchmark_shape {
  std::uint32_t connections = 1;
  std::uint32_t pipeline = 64; ///< Requests that it sends at once on each.
};

/// @returns the command line of redis-benchmark that does operations of one kind, without the program. Pure.
std::vector<std::string> redis_benchmark_arguments(const redis_address& where, const load_settings& how,
                                                   operation_kind kind, const redis_benchmark_shape& shape,
                                                   std::uint64_t requests);

/// Reads the rate from what `redis-benchmark --csv` of one test prints: requests per second. Pure.
/// @errors `corrupt` if there is none.
result<double> parse_redis_benchmark_csv(std::string_view text);

/// Drives a Redis server with redis-benchmark, which does one kind of operation at a time and picks all keys
/// alike. It must be told how many requests to make: their number comes from short runs.
class redis_benchmark {
public:
  redis_benchmark(redis_address where, const load_settings& how, const redis_benchmark_shape& shape)
      : where_(std::move(where)), how_(how), shape_(shape) {}

  /// Runs it for about `time`, one after the other for each kind of operation that the workload has. Blocks.
  /// @returns operations per second of the workload: the times of its kinds add up.
  /// @errors `unsupported` if there is no redis-benchmark, `io_error` if it fails.
  result<double> run(std::chrono::milliseconds time);

private:
  /// One kind of operation of the workload.
  struct part {
    operation_kind kind;
    double share;
    double operations_per_second; ///< That a short run saw.
  };

  result<void> calibrate();
  result<double> run_requests(operation_kind kind, double requests) const;

  redis_address where_;
  load_settings how_;
  redis_benchmark_shape shape_;
  std::vector<part> parts_; ///< Empty until the first run.
};

} // namespace cluster_store::apps
