#pragma once

#include <memory>
#include <optional>

#include <cluster_store/apps/bench/peers/peer.hpp>
#include <cluster_store/apps/bench/peers/redis_benchmark.hpp>
#include <cluster_store/apps/bench/peers/redis_server.hpp>

namespace cluster_store::apps {

/// A real redis-server with as many sessions, driven by redis-benchmark or, one call at a time, by hiredis.
class redis_peer final : public peer {
public:
  /// Starts the server. @param server_processor the only one it may run on; none = any.
  /// @errors as of `redis_server::start`.
  static result<std::unique_ptr<redis_peer>> start(const bench_settings& how,
                                                   std::optional<unsigned> server_processor);

  result<void> fill() override;
  result<round_figures> run(std::chrono::milliseconds time, const peer_shape& shape) override;
  std::optional<double> bytes_per_session() const override { return bytes_per_session_; }

private:
  redis_peer(redis_server server, const load_settings& how)
      : server_(std::move(server)), how_(how), benchmark_(server_.where(), how) {}

  redis_server server_;
  load_settings how_;
  redis_benchmark benchmark_;
  std::optional<double> bytes_per_session_;
};

/// Measures what redis-benchmark sees of a fresh server that has the machine for itself: the figure that the
/// one of an interleaved run is checked against. Blocks.
/// @returns the median of three rounds, in operations per second.
result<double> plain_redis_rate(const bench_settings& how, std::optional<unsigned> server_processor);

/// @returns what Redis is asked beside so many operations in flight of the store.
peer_shape redis_shape_for(std::uint32_t in_flight);

} // namespace cluster_store::apps
