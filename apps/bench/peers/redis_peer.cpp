#include <cluster_store/apps/bench/peers/redis_peer.hpp>

#include <algorithm>

#include <cluster_store/apps/bench/peers/redis_blocking.hpp>
#include <cluster_store/apps/bench/process_usage.hpp>

namespace cluster_store::apps {

result<std::unique_ptr<redis_peer>> redis_peer::start(const bench_settings& how,
                                                      std::optional<unsigned> server_processor) {
  return redis_server::start(how, server_processor).map([&](redis_server&& server) {
    return std::unique_ptr<redis_peer>{new redis_peer{std::move(server), how.load}};
  });
}

result<void> redis_peer::fill() {
  const auto before = usage_of(server_.id());
  if (auto filled = server_.fill(how_); !filled)
    return filled;
  if (const auto after = usage_of(server_.id()); before && after)
    bytes_per_session_ = memory_per_session(*before, *after, how_.keys);
  return {};
}

result<round_figures> redis_peer::run(std::chrono::milliseconds time, const peer_shape& shape) {
  if (shape.in_flight > 1)
    return benchmark_.run(time, shape);
  const auto round = run_redis_blocking(server_.where(), how_, time);
  if (!round)
    return tl::unexpected{round.error()};
  if ((*round)->first_error)
    return tl::unexpected{*(*round)->first_error};
  return figures_of(**round);
}

result<double> plain_redis_rate(const bench_settings& how, std::optional<unsigned> server_processor) {
  constexpr int plain_rounds = 3;
  auto server = redis_server::start(how, server_processor);
  if (!server)
    return tl::unexpected{server.error()};
  if (const auto filled = server->fill(how.load); !filled)
    return tl::unexpected{filled.error()};
  auto shape = peer_shape{how.load.in_flight, how.redis_connections, how.redis_pipeline};
  if (how.load.in_flight == 1)
    shape.connections = shape.pipeline = 1;
  redis_benchmark benchmark{server->where(), how.load};
  std::vector<double> rates;
  for (int round = 0; round < plain_rounds; ++round) {
    const auto seen = benchmark.run(how.round, shape);
    if (!seen)
      return tl::unexpected{seen.error()};
    rates.push_back(seen->operations_per_second);
  }
  return median(std::move(rates));
}

peer_shape redis_shape_for(std::uint32_t in_flight) {
  const auto connections = std::min<std::uint32_t>(in_flight, 50);
  return {in_flight, connections, in_flight / connections};
}

} // namespace cluster_store::apps
