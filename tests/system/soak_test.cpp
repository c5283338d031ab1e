#include <iomanip>
#include <iostream>
#include <random>

#include <cluster_store/tests/support/forwarder.hpp>
#include <cluster_store/tests/support/level_watch.hpp>
#include <cluster_store/tests/support/load_process.hpp>
#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t growth_bytes_max = 24 * mebibyte * memory_factor;

/// In the short form RocksDB still fills its write buffers and its cache.
constexpr std::size_t filling_bytes_max = 64 * mebibyte * memory_factor;

// The long form: SYSTEM_TESTS_SOAK_SECONDS=600, which is `./dev soak`.
std::chrono::seconds soak_time() {
  return std::chrono::seconds{size_from_environment("SYSTEM_TESTS_SOAK_SECONDS", 6)};
}

/// A store whose engine fails now and then, and ends its actor now and then. Its cache is small, so that it
/// is soon full and what grows after that is a leak.
std::string faulty_store(const sandbox& where, std::uint64_t seed) {
  const bool is_long = soak_time() > 60s;
  return "s=faulty:rocksdb%3A" + where.path("data") + "%3Fcache_bytes%3D1048576?seed=" + std::to_string(seed)
         + "&apply=io_error@200-~0.0005,unknown_applied@"
         + (is_long ? "40000&opens=1000000" : "1500&opens=2");
}

/// A master under load and faults, workers that live throughout, and a network in between.
class soak {
public:
  explicit soak(std::uint64_t seed)
      : random_(seed),
        server_(where_, {.listen = "127.0.0.1:0", .store = faulty_store(where_, seed)}),
        sample_every_(std::max<std::chrono::milliseconds>(soak_time() / 60, 200ms)) {
    server_.start();
    network_.emplace(server_.endpoint());
    loads_.emplace_back(server_, 5s);
    loads_.emplace_back(server_, network_->endpoint(), 2s);
    for (auto& each : loads_)
      each.start_closed(500ms, 64);
    for (int count = 0; count < 3; ++count)
      crew_.push_back(
          &pipes_.emplace_back(pipe_through(count == 0 ? server_.endpoint() : network_->endpoint())));
    watches_.emplace_back("worker", loads_.front().self().id());
    watches_.emplace_back("worker, bad network", loads_.back().self().id());
    watches_.emplace_back("pipe", pipes_.front().self().id());
  }

  /// One master throughout: its memory, too, must be level.
  void one_master() {
    watches_.emplace_back("master", server_.self().id());
    go_on(soak_time() / 2, false);
    const auto growth = watches_.back().growth(soak_time() > 60s ? growth_bytes_max : filling_bytes_max);
    INFO(growth);
    CHECK(growth.empty());
    watches_.pop_back();
  }

  /// Masters that are killed again and again.
  void many_masters() { go_on(soak_time() / 2, true); }

  void end() {
    for (const auto& each : watches_) {
      INFO(each.growth(growth_bytes_max));
      CHECK(each.growth(growth_bytes_max).empty());
    }
    for (auto& each : loads_) {
      take(each.report());
      CHECK(each.event_problems().empty());
      CHECK(each.finish() == 0);
    }
    for (auto& each : pipes_) {
      CHECK(each.finish() == 0);
      CHECK(each.problems().empty());
    }
    CHECK(server_.stop() == 0);
    CHECK(operations_ > 1'000);
  }

private:
  program pipe_through(const std::string& endpoint) {
    return where_.cluster_store(
        {"pipe", "--connect", endpoint, "--store", "s", "--secret-file", where_.secret_file()});
  }

  /// Rounds of random operations whose histories are checked, while everything else goes on.
  void go_on(std::chrono::milliseconds time, bool kills) {
    const auto end = within(time);
    next_fault_ = within(500ms);
    while (std::chrono::steady_clock::now() < end) {
      load traffic{crew_, {.seed = random_(), .sessions = 300, .prefix = std::to_string(++rounds_) + "-"}};
      traffic.also_read([this] { return &server_.self(); });
      for (auto& each : loads_)
        traffic.also_read([&each] { return &each.self(); });
      const auto over = [&] {
        step(kills);
        const bool enough = traffic.sent() >= 8'000 || std::chrono::steady_clock::now() >= end;
        return enough && !fault_;
      };
      REQUIRE(traffic.run(over, within(120s)));
      REQUIRE(traffic.settle(within(60s)));
      REQUIRE(traffic.read_all(0, within(60s)));
      require_consistent(traffic, crew_);
      operations_ += traffic.succeeded();
      static_cast<void>(pipes_.front().call({{"op", "clear"}}));
    }
  }

  void step(bool kills) {
    for (auto& each : loads_)
      if (each.is_done()) {
        take(each.report());
        each.start_closed(500ms, 64);
      }
    disturb(kills);
    if (std::chrono::steady_clock::now() >= next_sample_)
      sample();
  }

  void take(const load_report& seen) {
    operations_ += seen.succeeded;
    CHECK(seen.answered == seen.offered);
    CHECK(seen.answered_twice == 0);
    for (const auto& [code, count] : seen.errors)
      CHECK((code == "unavailable" || code == "deadline_exceeded" || code == "outcome_unknown"
             || code == "io_error" || code == "overloaded"));
  }

  /// Begins a fault if it is time for one, and ends one whose time is over.
  void disturb(bool kills) {
    const auto now = std::chrono::steady_clock::now();
    if (fault_ && now >= fault_->second) {
      std::exchange(fault_, std::nullopt)->first();
      next_fault_ = now + std::chrono::milliseconds{200 + random_() % 1'500};
    }
    if (fault_ || now < next_fault_)
      return;
    ++faults_;
    const auto last_for = [&](std::chrono::milliseconds time, std::function<void()> ending) {
      fault_.emplace(std::move(ending), now + time);
    };
    const auto some_time = std::chrono::milliseconds{random_() % (random_() % 8 == 0 ? 7'000 : 700)};
    switch (random_() % (kills ? 6 : 4)) {
    case 0:
      network_->cut();
      return last_for(0ms, [] {});
    case 1:
      random_() % 2 == 0 ? network_->half_close() : network_->half_close_answers();
      return last_for(0ms, [] {});
    case 2:
      network_->set(forwarder::behaviour::hold);
      return last_for(some_time, [this] { network_->set(forwarder::behaviour::pass); });
    case 3:
      server_.pause();
      return last_for(some_time, [this] { server_.resume(); });
    default:
      server_.kill();
      return last_for(some_time / 4, [this] { server_.start(); });
    }
  }

  void sample() {
    next_sample_ = within(sample_every_);
    for (auto& each : watches_)
      each.look();
    if (++samples_ % 5 != 1)
      return;
    const auto passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_);
    std::cout << std::fixed << std::setprecision(0) << std::setw(5) << passed.count() << " s " << std::setw(9)
              << operations_ << " operations " << std::setw(4) << faults_ << " faults";
    for (const auto& each : watches_)
      std::cout << " | " << each.name() << " " << each.memory_bytes() / mebibyte << " MiB "
                << each.descriptors() << " fd";
    std::cout << std::endl;
  }

  sandbox where_;
  std::mt19937_64 random_;
  master server_;
  std::optional<forwarder> network_;
  std::list<load_process> loads_;
  std::list<pipe_worker> pipes_;
  std::vector<pipe_worker*> crew_;
  std::vector<level_watch> watches_;
  const std::chrono::milliseconds sample_every_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_sample_;
  std::chrono::steady_clock::time_point next_fault_;
  std::optional<std::pair<std::function<void()>, deadline>> fault_; ///< What ends it, and when.
  std::size_t samples_ = 0;
  std::size_t rounds_ = 0;
  std::size_t faults_ = 0;
  std::uint64_t operations_ = 0;
};

} // namespace

TEST_CASE("under every fault in turn memory and descriptors are level and each history fits one order") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  soak here{seed};
  here.one_master();
  here.many_masters();
  here.end();
}
