#include <cluster_store/apps/bench/peers/redis_peer.hpp>

#include <thread>

#include <cluster_store/apps/bench/peers/redis_benchmark.hpp>
#include <cluster_store/apps/bench/process_usage.hpp>

namespace cluster_store::apps {

result<std::unique_ptr<redis_peer>> redis_peer::start(const bench_settings& how,
                                                      std::optional<unsigned> server_processor) {
  auto server = redis_server::start(how, server_processor);
  if (!server)
    return tl::unexpected{server.error()};
  std::unique_ptr<redis_peer> started{new redis_peer{*std::move(server), how.load}};
  for (std::uint32_t number = 1; number <= how.workers; ++number) {
    auto each = how.load;
    each.seed = number;
    auto worker = open_redis_load(started->where(), each);
    if (!worker)
      return tl::unexpected{worker.error()};
    started->workers_.push_back(*std::move(worker));
  }
  return started;
}

result<void> redis_peer::fill() {
  const auto before = usage_of(server_.id());
  if (auto filled = server_.fill(how_); !filled)
    return filled;
  if (const auto after = usage_of(server_.id()); before && after)
    bytes_per_session_ = memory_per_session(*before, *after, how_.keys);
  return {};
}

result<round_figures> redis_peer::run(std::chrono::milliseconds time, std::uint32_t in_flight) {
  std::vector<std::unique_ptr<round_result>> seen(workers_.size());
  std::vector<std::thread> others;
  for (std::size_t number = 1; number < workers_.size(); ++number)
    others.emplace_back([&, number] { seen[number] = workers_[number]->run(time, in_flight); });
  seen.front() = workers_.front()->run(time, in_flight);
  for (auto& other : others)
    other.join();
  auto& all = *seen.front();
  for (std::size_t number = 1; number < seen.size(); ++number)
    all.add(*seen[number]);
  if (all.first_error)
    return tl::unexpected{*all.first_error};
  return figures_of(all);
}

result<redis_alone> measure_redis_alone(const bench_settings& how, std::optional<unsigned> server_processor,
                                        const std::atomic<bool>& stop) {
  constexpr int rounds = 3;
  auto peer = redis_peer::start(how, server_processor);
  if (!peer)
    return tl::unexpected{peer.error()};
  if (const auto filled = (*peer)->fill(); !filled)
    return tl::unexpected{filled.error()};
  redis_benchmark benchmark{(*peer)->where(), how.load, {how.workers, how.load.in_flight}};
  std::vector<double> plain;
  std::vector<round_figures> driven;
  for (int round = 0; round < rounds; ++round) {
    if (stop)
      return fail(errc::unavailable, "interrupted");
    const auto rate = benchmark.run(how.round);
    if (!rate)
      return tl::unexpected{rate.error()};
    plain.push_back(*rate);
    const auto figures = (*peer)->run(how.round, how.load.in_flight);
    if (!figures)
      return tl::unexpected{figures.error()};
    driven.push_back(*figures);
  }
  return redis_alone{median(std::move(plain)), median(driven).operations_per_second};
}

} // namespace cluster_store::apps
