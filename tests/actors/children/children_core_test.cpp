#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <set>

#include <cluster_store/actors/children/core.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::actors;
using namespace std::chrono_literals;

namespace {

using kind = child_event::kind;

/// A core with processes that start at once, and a clock that stands still until it is moved.
class nursery {
public:
  explicit nursery(std::size_t workers) : core{{.workers = workers}} {
    core.start();
    perform();
  }

  void perform() {
    for (auto effects = core.take_effects(); !effects.empty(); effects = core.take_effects())
      for (const auto& each : effects)
        std::visit([this](const auto& what) { take(what); }, each);
    backends::invariants::check(core);
  }

  /// Moves the clock step by step, as the core wants to be woken.
  void pass(std::chrono::milliseconds time) {
    const auto end = now + time;
    while (core.next_wakeup() && *core.next_wakeup() <= end) {
      now = std::max(now, *core.next_wakeup());
      core.tick(now);
      perform();
    }
    now = end;
  }

  void end(run_number run) {
    alive.erase(run);
    core.ended(run, "with code 1", now);
    perform();
  }

  void connect(run_number run) {
    core.connected(run);
    core.tick(now);
    perform();
  }

  void replace() {
    core.replace(now);
    perform();
  }

  void stop() {
    core.stop(now);
    perform();
  }

  /// @returns the newest living process of a worker; 0 if there is none.
  run_number newest(std::size_t worker) const {
    run_number found = 0;
    for (const auto& [run, number] : alive)
      if (number == worker)
        found = run;
    return found;
  }

  std::size_t said(kind what) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [&](const auto& each) { return each.what == what; }));
  }

  children_core core;
  steady_time now{};
  std::map<run_number, std::size_t> alive; ///< With the numbers of their workers.
  std::set<run_number> asked;
  std::set<run_number> killed;
  std::vector<child_event> events;
  std::vector<std::pair<std::size_t, steady_time>> starts;
  bool startable = true;

private:
  void take(const start_run& what) {
    starts.emplace_back(what.worker, now);
    if (!startable)
      return core.not_started(what.run, "no room", now);
    alive[what.run] = what.worker;
    core.started(what.run, 100 + what.run, now);
  }
  void take(const ask_to_end& what) { asked.insert(what.run); }
  void take(const kill_run& what) { killed.insert(what.run); }
  void take(const child_event& what) { events.push_back(what); }
};

} // namespace

TEST_CASE("every slot gets a process, and who ends after a second is back after the shortest delay") {
  nursery house{3};
  REQUIRE(house.alive.size() == 3);

  for (int round = 0; round < 20; ++round) {
    house.pass(1s);
    house.end(house.newest(2));
    CHECK(house.newest(2) == 0);
    house.pass(99ms);
    CHECK(house.newest(2) == 0);
    house.pass(1ms);
    CHECK(house.newest(2) != 0);
  }
  CHECK(house.said(kind::ended) == 20);
}

TEST_CASE("a process that ends at once is started ever more rarely, and no other slot notices") {
  nursery house{2};
  for (int round = 0; round < 5; ++round) {
    house.end(house.newest(1));
    while (house.newest(1) == 0)
      house.pass(1ms);
  }
  std::vector<std::chrono::milliseconds> delays;
  for (std::size_t i = 3; i < house.starts.size(); ++i)
    delays.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(house.starts[i].second
                                                                           - house.starts[i - 1].second));
  CHECK(delays == std::vector<std::chrono::milliseconds>{200ms, 400ms, 800ms, 1'600ms});

  house.end(house.newest(1));
  house.pass(1s);
  house.end(house.newest(2));
  house.pass(100ms);
  CHECK(house.newest(2) != 0);
  house.pass(28'899ms);
  CHECK(house.newest(1) == 0);
  house.pass(1ms);
  CHECK(house.newest(1) != 0);
}

TEST_CASE("one second of life makes up for all that was before") {
  nursery house{1};
  for (int round = 0; round < 4; ++round) {
    house.end(house.newest(1));
    while (house.newest(1) == 0)
      house.pass(1ms);
  }
  house.pass(1s);
  house.end(house.newest(1));
  house.pass(100ms);
  CHECK(house.newest(1) != 0);
}

TEST_CASE("what cannot be started now is tried again, with the same patience") {
  nursery house{1};
  house.pass(1s);
  house.startable = false;
  house.end(house.newest(1));
  house.pass(100ms);
  CHECK(house.said(kind::cannot_start) == 1);
  house.startable = true;
  house.pass(199ms);
  CHECK(house.newest(1) == 0);
  house.pass(1ms);
  CHECK(house.newest(1) != 0);
}

TEST_CASE("all are asked to end, who takes too long is killed, and none is started again") {
  nursery house{3};
  house.end(house.newest(3)); // waits for its restart
  house.stop();
  CHECK(house.asked.size() == 2);
  CHECK_FALSE(house.core.finished());

  house.end(house.newest(1));
  house.pass(9'999ms);
  CHECK(house.killed.empty());
  house.pass(1ms);
  CHECK(house.killed == std::set<run_number>{house.newest(2)});
  house.end(house.newest(2));
  CHECK(house.core.finished());
  house.pass(1h);
  CHECK(house.alive.empty());
}

TEST_CASE("what does not even end when it is killed is waited for no more") {
  nursery house{1};
  house.stop();
  house.pass(14'999ms);
  CHECK_FALSE(house.core.finished());
  house.pass(1ms);
  CHECK(house.core.finished());
}

TEST_CASE("who is told to hurry kills at once, whether they were asked to end or not") {
  nursery house{2};
  house.core.hurry(house.now);
  house.perform();
  CHECK(house.asked.size() == 2);
  CHECK(house.killed.size() == 2);
}

TEST_CASE("children are replaced one after another, each once its successor is connected") {
  nursery house{3};
  const std::vector<run_number> former{house.newest(1), house.newest(2), house.newest(3)};
  house.connect(former[0]); // so they use the store

  house.replace();
  for (std::size_t worker = 1; worker <= 3; ++worker) {
    const auto old = former[worker - 1];
    house.pass(29s);
    CHECK(house.alive.size() == 4);
    CHECK(house.asked.size() == worker - 1);
    const auto successor = house.newest(worker);
    REQUIRE(successor != old);
    house.connect(successor);
    CHECK(house.asked.count(old) == 1);
    CHECK(house.alive.size() == 4); // the next one's turn is when this one has ended
    house.end(old);
  }
  CHECK(house.said(kind::replaced) == 3);
  CHECK(house.said(kind::ended) == 0);
  CHECK(house.alive.size() == 3);
  CHECK_FALSE(house.core.awaits_connection());
}

TEST_CASE("a successor that is not connected in time is given up, who it was for goes on, and the next has "
          "its turn") {
  nursery house{2};
  const auto first = house.newest(1);
  const auto second = house.newest(2);
  house.connect(second);

  house.replace();
  const auto successor = house.newest(1);
  house.pass(29'999ms);
  CHECK(house.asked.empty());
  house.pass(1ms);
  CHECK(house.asked == std::set<run_number>{successor});
  CHECK(house.said(kind::not_replaced) == 1);
  house.end(successor);
  house.connect(house.newest(2));
  house.end(second);

  CHECK(house.alive.count(first) == 1);
  CHECK(house.alive.count(second) == 0);
  CHECK(house.alive.size() == 2);
}

TEST_CASE("a successor that ends before it is connected costs nobody's place and no patience") {
  nursery house{1};
  const auto old = house.newest(1);
  house.connect(old);
  house.replace();
  house.end(house.newest(1));
  CHECK(house.said(kind::not_replaced) == 1);
  CHECK(house.newest(1) == old);
  CHECK_FALSE(house.core.awaits_connection());

  house.pass(1s);
  house.end(old);
  house.pass(100ms);
  CHECK(house.newest(1) != 0);
}

TEST_CASE("children that never use the store count as replaced after one second of life") {
  nursery house{2};
  const auto former = house.alive;
  house.replace();
  house.pass(999ms);
  CHECK(house.asked.empty());
  house.pass(1ms);
  CHECK(house.asked.size() == 1);
  house.end(former.begin()->first);
  house.pass(1s);
  CHECK(house.asked.size() == 2);
}

TEST_CASE("if the predecessor ends by itself meanwhile, its successor has the place already") {
  nursery house{1};
  const auto old = house.newest(1);
  house.connect(old);
  house.replace();
  const auto successor = house.newest(1);
  house.end(old);
  house.pass(1s);
  CHECK(house.alive.size() == 1);
  CHECK(house.newest(1) == successor);

  SECTION("and goes on though it is not connected in time") {
    house.pass(30s);
    CHECK(house.newest(1) == successor);
    CHECK(house.asked.empty());
  }
  SECTION("and is started again if it ends") {
    house.end(successor);
    house.pass(100ms);
    CHECK(house.newest(1) > successor);
  }
}

TEST_CASE("a slot whose process waits for its restart gets its successor at once") {
  nursery house{1};
  for (int round = 0; round < 5; ++round) {
    house.end(house.newest(1));
    while (round < 4 && house.newest(1) == 0)
      house.pass(1ms);
  }
  REQUIRE(house.newest(1) == 0);
  house.replace();
  CHECK(house.newest(1) != 0);
}

TEST_CASE("whoever is asked to replace while it does replaces all once more, and not for ever") {
  nursery house{2};
  house.replace();
  house.replace();
  house.replace();
  for (int round = 0; round < 20; ++round) {
    house.pass(1s);
    for (const auto run : std::set<run_number>{house.asked})
      if (house.alive.count(run) == 1)
        house.end(run);
  }
  CHECK(house.said(kind::replaced) == 4);
  CHECK(house.alive.size() == 2);
}

TEST_CASE("who stops while it replaces ends the old ones and the new one") {
  nursery house{2};
  house.replace();
  REQUIRE(house.alive.size() == 3);
  house.stop();
  CHECK(house.asked.size() == 3);
  for (const auto& each : std::map<run_number, std::size_t>{house.alive})
    house.end(each.first);
  CHECK(house.core.finished());
}

TEST_CASE("whatever happens in whatever order, no slot is forgotten and none has more than its process and "
          "one more") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  for (int trial = 0; trial < 200; ++trial) {
    nursery house{1 + below(4)};
    const auto workers = house.alive.size();
    const auto any = [&] {
      return std::next(house.alive.begin(), static_cast<long>(below(house.alive.size())))->first;
    };
    for (int step = 0; step < 200; ++step) {
      house.startable = below(10) != 0;
      const auto what = below(10);
      if (what < 3 && !house.alive.empty())
        house.end(any());
      else if (what < 5 && !house.alive.empty())
        house.connect(any());
      else if (what == 5)
        house.replace();
      else
        house.pass(std::chrono::milliseconds{below(40'000)});
      std::size_t staying = 0;
      for (const auto& each : house.alive)
        staying += house.asked.count(each.first) == 0 ? 1 : 0;
      REQUIRE(staying <= workers + 1);
    }
    house.startable = true;
    for (const auto run : std::set<run_number>{house.asked})
      if (house.alive.count(run) == 1)
        house.end(run);
    house.pass(1min);
    for (std::size_t worker = 1; worker <= workers; ++worker)
      CHECK(house.newest(worker) != 0);
  }
}
