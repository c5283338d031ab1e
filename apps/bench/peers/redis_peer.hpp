#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include <cluster_store/apps/bench/peers/peer.hpp>
#include <cluster_store/apps/bench/peers/redis_load.hpp>
#include <cluster_store/apps/bench/peers/redis_server.hpp>

namespace cluster_store::apps {

/// A real redis-server with as many sessions, under the same load: for each worker of the store a connection
/// with as many commands in flight, and a thread if there are several.
class redis_peer final : public peer {
public:
  /// Starts the server and connects to it. @param server_processor the only one it may run on; none = any.
  /// @errors as of `redis_server::start` and `open_redis_load`.
  static result<std::unique_ptr<redis_peer>> start(const bench_settings& how,
                                                   std::optional<unsigned> server_processor);

  result<void> fill() override;
  result<round_figures> run(std::chrono::milliseconds time, std::uint32_t in_flight) override;
  std::optional<double> bytes_per_session() const override { return bytes_per_session_; }

  const redis_address& where() const { return server_.where(); }

private:
  redis_peer(redis_server server, const load_settings& how) : server_(std::move(server)), how_(how) {}

  redis_server server_;
  load_settings how_;
  std::vector<std::unique_ptr<redis_load>> workers_;
  std::optional<double> bytes_per_session_;
};

/// What is seen of a Redis that has the machine for itself, in operations per second: medians of three
/// rounds.
struct redis_alone {
  double benchmark = 0; ///< By redis-benchmark with the same number of requests in flight.
  double driver = 0;    ///< By a `redis_peer`.
};

/// Measures a fresh server by redis-benchmark and by this program's driver, in turns: what the figures of the
/// comparison are checked against. Blocks.
/// @param stop is looked at before each round: once it is true, the measurement is given up.
/// @errors as of `redis_peer` and `redis_benchmark`; `unavailable` if it was stopped.
result<redis_alone> measure_redis_alone(const bench_settings& how, std::optional<unsigned> server_processor,
                                        const std::atomic<bool>& stop);

} // namespace cluster_store::apps
