#include <cluster_store/apps/bench/measure.hpp>

#include <algorithm>
#include <iostream>

#include <cluster_store/apps/bench/peers/peer.hpp>
#include <cluster_store/apps/bench/peers/redis_peer.hpp>
#include <cluster_store/apps/bench/peers/rocksdb_peer.hpp>
#include <cluster_store/apps/bench/report/progress.hpp>
#include <cluster_store/apps/bench/subject.hpp>
#include <cluster_store/apps/support/processes/processors.hpp>

namespace cluster_store::apps {

namespace {

using std::chrono::milliseconds;

/// Pins this thread as a client. @returns the processor of servers; nothing if they may use any.
result<std::optional<unsigned>> pin(pinning how) {
  if (how == pinning::none)
    return std::nullopt;
  const auto processors = allowed_processors();
  const std::size_t wanted = how == pinning::apart ? 2 : 1;
  if (processors.size() < wanted)
    return fail(errc::invalid_argument, "--pin apart needs two processors: use --pin together");
  return run_only_on(processors[wanted - 1]).map([&] { return std::optional{processors.front()}; });
}

/// Adds up processor time and memory of processes around rounds.
class usage_meter {
public:
  explicit usage_meter(std::vector<pid_t> processes) : processes_(std::move(processes)) {}

  void begin() { begun_ = time_now(); }
  void end() {
    const auto now = time_now();
    if (begun_ && now)
      used_ += *now - *begun_;
  }

  std::optional<double> seconds_per_million(std::uint64_t operations) const {
    if (!begun_ || operations == 0)
      return std::nullopt;
    return std::chrono::duration<double>(used_).count() * 1e6 / static_cast<double>(operations);
  }

  std::optional<std::uint64_t> bytes_max() const {
    std::optional<std::uint64_t> sum;
    for (const auto id : processes_)
      if (const auto used = usage_of(id))
        sum = sum.value_or(0) + used->resident_bytes_max;
    return sum;
  }

private:
  std::optional<milliseconds> time_now() const {
    std::optional<milliseconds> sum;
    for (const auto id : processes_)
      if (const auto used = usage_of(id))
        sum = sum.value_or(milliseconds{0}) + used->processor_time;
    return sum;
  }

  std::vector<pid_t> processes_;
  std::optional<milliseconds> begun_;
  milliseconds used_{};
};

/// One measurement from the start of its peers to its report.
class measurement {
public:
  measurement(const bench_settings& how, std::optional<unsigned> server_processor,
              const std::atomic<bool>& stop)
      : how_(how), server_processor_(server_processor), stop_(stop) {
    report_.how = how;
  }

  result<bench_report> run() {
    auto done = measure_redis()
                    .and_then([&] { return open_store(); })
                    .and_then([&] { return open_peer(); })
                    .and_then([&] { return run_rounds(); })
                    .and_then([&] { return run_sweep(); });
    if (!done)
      return tl::unexpected{std::move(done).error()};
    return std::move(report_);
  }

private:
  result<void> measure_redis() {
    if (how_.versus != peer_kind::redis)
      return {};
    const progress_line line{"Redis alone"};
    return measure_redis_alone(how_, server_processor_, stop_).map([&](const redis_alone& seen) {
      alone_ = seen;
    });
  }

  result<void> open_store() {
    auto opened = open_subject(how_, server_processor_);
    if (!opened)
      return tl::unexpected{opened.error()};
    store_.emplace(*std::move(opened));
    report_.where = store_->where;
    const progress_line line{"filling", [&] { return store_->workers.completed(); }};
    const auto before = store_->holder ? usage_of(*store_->holder) : std::nullopt;
    if (auto filled = store_->workers.fill(); !filled)
      return filled;
    if (const auto after = before ? usage_of(*store_->holder) : std::nullopt)
      report_.resources.bytes_per_session = memory_per_session(*before, *after, how_.load.keys);
    return {};
  }

  result<void> open_peer() {
    if (how_.versus == peer_kind::none)
      return {};
    const progress_line line{"filling the peer"};
    const auto keep = [&](auto&& opened) -> result<void> {
      peer_ = std::move(opened);
      return peer_->fill();
    };
    if (how_.versus == peer_kind::redis)
      return redis_peer::start(how_, server_processor_).and_then(keep);
    return open_rocksdb_peer(how_).and_then(keep);
  }

  result<void> run_rounds() {
    const auto in_flight = how_.load.in_flight;
    if (how_.warm_up.count() > 0)
      if (const auto warm = run_pair("warm-up", how_.warm_up, in_flight); !warm)
        return tl::unexpected{warm.error()};
    const bool standalone = how_.mode == "standalone";
    usage_meter worker{store_->workers.processes()};
    usage_meter master{store_->holder && !standalone ? std::vector{*store_->holder} : std::vector<pid_t>{}};
    if (peer_)
      report_.versus.emplace().name = how_.versus == peer_kind::redis ? "redis" : "rocksdb";
    for (std::uint32_t number = 1; number <= how_.rounds; ++number) {
      const auto name = "round " + std::to_string(number) + " of " + std::to_string(how_.rounds);
      worker.begin();
      master.begin();
      const auto ours = run_ours(name, how_.round, in_flight);
      if (!ours)
        return tl::unexpected{ours.error()};
      worker.end();
      master.end();
      report_.add(**ours);
      if (!peer_)
        continue;
      const auto theirs = run_theirs(name, how_.round, in_flight);
      if (!theirs)
        return tl::unexpected{theirs.error()};
      report_.versus->rounds.push_back(*theirs);
    }
    const auto operations = report_.latencies->count();
    report_.resources.worker_seconds_per_million = worker.seconds_per_million(operations);
    report_.resources.master_seconds_per_million = master.seconds_per_million(operations);
    report_.resources.worker_bytes_max = worker.bytes_max();
    report_.resources.master_bytes_max = master.bytes_max();
    if (peer_)
      report_.versus->bytes_per_session = peer_->bytes_per_session();
    if (alone_)
      report_.check = check_against(alone_->benchmark, alone_->driver, *report_.versus);
    return {};
  }

  /// Short rounds at 1, 2, 4, … operations in flight.
  result<void> run_sweep() {
    constexpr int rounds = 3;
    if (how_.plot_file.empty())
      return {};
    const auto time = std::max(how_.round / 4, milliseconds{1});
    for (std::uint32_t in_flight = 1; in_flight <= sweep_in_flight_max; in_flight *= 2) {
      std::vector<round_figures> ours;
      std::vector<round_figures> theirs;
      for (int number = 0; number < rounds; ++number) {
        const auto pair = run_pair("sweep, " + std::to_string(in_flight) + " in flight", time, in_flight);
        if (!pair)
          return tl::unexpected{pair.error()};
        ours.push_back(pair->ours);
        if (pair->theirs)
          theirs.push_back(*pair->theirs);
      }
      report_.sweep.push_back(
          {in_flight, median(ours), theirs.empty() ? std::nullopt : std::optional{median(theirs)}});
    }
    return {};
  }

  /// One round of each, ours first.
  result<sweep_point> run_pair(const std::string& name, milliseconds time, std::uint32_t in_flight) {
    const auto ours = run_ours(name, time, in_flight);
    if (!ours)
      return tl::unexpected{ours.error()};
    report_.errors += (*ours)->errors;
    sweep_point both{in_flight, figures_of(**ours), std::nullopt};
    if (!peer_)
      return both;
    return run_theirs(name, time, in_flight).map([&](const round_figures& theirs) {
      both.theirs = theirs;
      return both;
    });
  }

  result<std::unique_ptr<round_result>> run_ours(const std::string& name, milliseconds time,
                                                 std::uint32_t in_flight) {
    if (stop_)
      return fail(errc::unavailable, "interrupted");
    const progress_line line{name, [&] { return store_->workers.completed(); }};
    auto seen = store_->workers.run(time, in_flight);
    if (seen && (*seen)->first_error)
      std::cerr << "cluster-store-bench: " << to_string((*seen)->first_error->code) << ": "
                << (*seen)->first_error->message << '\n';
    return seen;
  }

  result<round_figures> run_theirs(const std::string& name, milliseconds time, std::uint32_t in_flight) {
    const progress_line line{name + " of the peer"};
    return peer_->run(time, in_flight);
  }

  const bench_settings& how_;
  std::optional<unsigned> server_processor_;
  const std::atomic<bool>& stop_;
  bench_report report_;
  std::optional<redis_alone> alone_;
  std::optional<subject> store_;
  std::unique_ptr<peer> peer_;
};

} // namespace

result<bench_report> measure(const bench_settings& how, const std::atomic<bool>& stop) {
  return pin(how.pin).and_then([&](std::optional<unsigned> server_processor) {
    return measurement{how, server_processor, stop}.run();
  });
}

} // namespace cluster_store::apps
