#include <algorithm>
#include <iostream>
#include <list>

#include <cluster_store/tests/support/load_process.hpp>
#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/system/consistency.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// What a handle and a store may hold at most, by their limits: 16 MiB of operations and as much again for
/// their bookkeeping and what the allocator keeps.
constexpr std::size_t growth_bytes_max = 48 * mebibyte * memory_factor;

/// A store that takes 40 ms for a commit of at most 1 024 operations: what it can do does not depend on the
/// machine, and ten times as much is little for whoever asks.
constexpr auto slow_store = "s=faulty:memory%3A?apply=slow&slow_ms=40";

/// How resident memory grew, at most, since it was looked at first.
class growth_watch {
public:
  explicit growth_watch(std::vector<pid_t> who) : who_(std::move(who)) {
    for (const auto id : who_)
      before_.push_back(resident_bytes(id));
    most_.resize(who_.size());
  }

  void look() {
    for (std::size_t index = 0; index < who_.size(); ++index) {
      const auto now = resident_bytes(who_[index]);
      most_[index] = std::max(most_[index], now > before_[index] ? now - before_[index] : 0);
    }
  }

  std::size_t most(std::size_t index) const { return most_[index]; }

private:
  std::vector<pid_t> who_;
  std::vector<std::size_t> before_;
  std::vector<std::size_t> most_;
};

void overload(const std::string& listen, const sandbox& where) {
  // The long form: SYSTEM_TESTS_OVERLOAD_SECONDS=60.
  const std::chrono::seconds time{size_from_environment("SYSTEM_TESTS_OVERLOAD_SECONDS", 2)};
  master server{where, {.listen = listen, .store = slow_store}};
  server.start();
  load_process worker{server};
  worker.closed(300ms, 4'096); // what everything needs once
  const auto capacity = worker.closed(1s, 4'096).per_second();
  REQUIRE(capacity > 1'000);

  growth_watch memory{{server.self().id(), worker.self().id()}};
  worker.start_open(time, static_cast<std::uint64_t>(10 * capacity));
  while (!worker.is_done()) {
    memory.look();
    worker.self().pump(100ms);
  }
  const auto crowd = worker.report();
  const auto after = worker.closed(1s, 4'096);

  std::cout << "overload over " << server.endpoint().substr(0, 5) << ": can do " << capacity
            << "/s, was offered " << static_cast<double>(crowd.offered) / crowd.seconds << "/s for "
            << crowd.seconds << " s, did " << crowd.per_second() << "/s, " << crowd.failed("overloaded")
            << " overloaded, longest answer " << crowd.longest.count() << " ms, then " << after.per_second()
            << "/s; memory grew by " << memory.most(0) / mebibyte << " MiB (master) and "
            << memory.most(1) / mebibyte << " MiB (worker)\n";
  // A sanitizer slows the worker down more than the store.
  CHECK(static_cast<double>(crowd.offered) >= (memory_factor == 1 ? 8 : 4) * capacity * crowd.seconds);
  CHECK(crowd.answered == crowd.offered);
  CHECK(crowd.answered_twice == 0);
  CHECK(crowd.succeeded + crowd.failed("overloaded") == crowd.offered); // and nothing else was said
  CHECK(crowd.failed("overloaded") > crowd.offered / 2);
  CHECK(crowd.per_second() >= 0.8 * capacity);
  CHECK(crowd.longest < 5s);
  CHECK(after.per_second() >= 0.8 * capacity); // within its first second
  CHECK(after.errors.empty());
  CHECK(memory.most(0) < growth_bytes_max);
  CHECK(memory.most(1) < growth_bytes_max);
  CHECK(worker.finish() == 0);
  CHECK(server.stop() == 0);
}

} // namespace

TEST_CASE("ten times what a store can do: the surplus is refused, memory stays, and it recovers, over TCP") {
  const sandbox where;
  overload("127.0.0.1:0", where);
}

TEST_CASE("ten times what a store can do: the surplus is refused, memory stays, and it recovers, over Unix") {
  const sandbox where;
  overload("unix:" + where.path("store.sock"), where);
}

TEST_CASE("workers that all have a full queue share what a store can do") {
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0", .store = slow_store}};
  server.start();
  std::list<load_process> workers;
  for (int count = 0; count < 4; ++count)
    workers.emplace_back(server).start_closed(2s,
                                              8'000); // each more than the store takes in a third of a second
  std::vector<std::uint64_t> shares;
  for (auto& each : workers) {
    const auto seen = each.report();
    CHECK(seen.answered == seen.offered);
    CHECK(seen.answered_twice == 0);
    CHECK(seen.errors.empty());
    shares.push_back(seen.succeeded);
    CHECK(each.event_problems().empty());
  }
  for (auto& each : workers)
    CHECK(each.finish() == 0);
  CHECK(*std::ranges::min_element(shares) > *std::ranges::max_element(shares) / 3);
  CHECK(server.stop() == 0);
}
