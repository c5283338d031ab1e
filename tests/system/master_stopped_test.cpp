#include <random>

#include <cluster_store/tests/support/load_process.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// Lets `traffic` go on for a while, whatever the answers.
void run_on(load& traffic, std::chrono::milliseconds time) {
  const auto end = within(time);
  traffic.run([&] { return std::chrono::steady_clock::now() >= end; }, within(time + 10s));
}

/// Stops and continues a master under load; the same consistency is asked for as if nothing had happened.
void pause_under_load(const std::string& listen, const std::string& store, const sandbox& where,
                      std::chrono::milliseconds pause) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  // The long form: SYSTEM_TESTS_OPERATIONS=200000 SYSTEM_TESTS_PAUSES=10.
  const auto operations = size_from_environment("SYSTEM_TESTS_OPERATIONS", 6'000);
  const auto pauses = size_from_environment("SYSTEM_TESTS_PAUSES", 1);
  crew here{where, {.listen = listen, .store = store}};
  load traffic{here.all, {.seed = seed}};
  here.listen_during(traffic);
  for (std::size_t count = 0; count < pauses; ++count) {
    REQUIRE(traffic.run_for(operations / (pauses + 1), within(60s)));
    here.server.pause();
    run_on(traffic, pause);
    here.server.resume();
  }
  REQUIRE(traffic.run_for(operations / (pauses + 1), within(60s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, here.all);
  here.dismiss();
}

/// A master, and a worker process that loads it through the API and reports its callbacks.
struct stage {
  stage(const std::string& listen, std::chrono::milliseconds timeout)
      : server(where, {.listen = listen.empty() ? "unix:" + where.path("store.sock") : listen}) {
    server.start();
    worker.emplace(server, timeout);
    worker->closed(200ms, 64);
  }

  /// Waits for the next callback after the first `count`.
  connection_event event_after(std::size_t count, std::chrono::milliseconds limit) {
    REQUIRE(wait_until([&] { return worker->events().size() > count; }, within(limit)));
    return worker->events()[count];
  }

  sandbox where;
  master server;
  std::optional<load_process> worker;
};

/// Everything a worker of a stopped master must see, once it was stopped at `since`.
void expect_notice(stage& here, deadline since) {
  const auto lost = here.event_after(1, 10s);
  CHECK_FALSE(lost.connected);
  CHECK(lost.at - since < 6'500ms); // 6 s, and half a second for a busy machine
  CHECK_FALSE(lost.why.empty());
  here.server.resume();
  CHECK(here.event_after(2, 10s).connected);
  const auto seen = here.worker->report();
  CHECK(seen.answered == seen.offered);
  CHECK(seen.answered_twice == 0);
  CHECK(seen.failed("deadline_exceeded") > 0);
  CHECK(seen.longest < 1'500ms); // their deadline is 500 ms
  CHECK(seen.succeeded + seen.failed("deadline_exceeded") + seen.failed("unavailable") == seen.offered);
  CHECK(here.worker->closed(200ms, 64).errors.empty());
  CHECK(here.worker->events().size() == 3);
  CHECK(here.worker->event_problems().empty());
  CHECK(here.worker->finish() == 0);
  CHECK(here.server.stop() == 0);
}

} // namespace

TEST_CASE("a stopped master is noticed within 6 s, calls end by their deadlines, and callbacks are paired") {
  stage over_tcp{"127.0.0.1:0", 500ms};
  stage over_unix{"", 500ms};
  for (auto* each : {&over_tcp, &over_unix})
    each->worker->start_closed(9s, 64);
  over_tcp.server.self().pump(300ms);
  const auto since = std::chrono::steady_clock::now();
  over_tcp.server.pause();
  over_unix.server.pause();
  expect_notice(over_tcp, since);
  expect_notice(over_unix, since);
}

TEST_CASE("callbacks stay paired and every call is answered once, however often the master dies") {
  // The long form: SYSTEM_TESTS_KILLS=200.
  const auto kills = size_from_environment("SYSTEM_TESTS_KILLS", 3);
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}};
  server.start();
  load_process worker{server};
  std::mt19937_64 random{random_seed()};
  for (std::size_t count = 0; count < kills; ++count) {
    // A master that dies before the worker has come back to it leaves nothing to notice.
    CHECK(wait_until([&] { return worker.events().size() >= 2 * count + 1; }, within(10s)));
    worker.start_closed(300ms, 256);
    server.self().pump(std::chrono::milliseconds{random() % 200});
    server.kill();
    server.start();
    const auto seen = worker.report();
    CHECK(seen.answered == seen.offered);
    CHECK(seen.answered_twice == 0);
    CHECK(seen.errors.empty()); // each waited for the master, longer than it took
  }
  // A worker that had nothing to do when the master died may be about to notice.
  CHECK(wait_until([&] { return worker.events().size() >= 2 * kills + 1; }, within(10s)));
  CHECK(worker.event_problems().empty());
  CHECK(worker.finish() == 0);
  CHECK(worker.event_problems().empty());
  CHECK(server.stop() == 0);
}

TEST_CASE("a master that stands still for 2 s under load goes on as if nothing had happened, over TCP") {
  const sandbox where;
  pause_under_load("127.0.0.1:0", "s=rocksdb:" + where.path("data"), where, 2s);
}

TEST_CASE("workers of a master that stands still for 8 s under load connect again, over TCP") {
  const sandbox where;
  pause_under_load("127.0.0.1:0", "s=rocksdb:" + where.path("data"), where, 8s);
}

TEST_CASE("workers of a master that stands still for 8 s under load connect again, over a Unix socket") {
  const sandbox where;
  pause_under_load("unix:" + where.path("store.sock"), "s=memory:", where, 8s);
}

TEST_CASE("calls to a master that stands still are answered at their deadline") {
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0"}};
  server.start();
  pipe_worker worker{server, {"--timeout", "500ms"}};
  REQUIRE(worker.call({{"op", "set"}, {"id", "a"}, {"data", "1"}})["ok"] == true);
  server.pause();
  const auto start = std::chrono::steady_clock::now();
  auto answer = worker.call({{"op", "set"}, {"id", "a"}, {"data", "2"}});
  const auto took = std::chrono::steady_clock::now() - start;
  server.resume();
  CHECK(answer["error"] == "deadline_exceeded");
  CHECK_FALSE(answer["message"].get<std::string>().empty());
  CHECK(took >= 500ms);
  CHECK(took < 3s);
}

TEST_CASE("a worker that stands still and goes on finds its answers") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0"}};
  load traffic{here.all, {.seed = seed, .sessions = 100}};
  REQUIRE(traffic.run_for(2'000, within(30s)));
  here.all[0]->self().signal(SIGSTOP);
  run_on(traffic, 8s);
  here.all[0]->self().signal(SIGCONT);
  REQUIRE(traffic.run_for(2'000, within(30s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, here.all);
  here.dismiss();
}
