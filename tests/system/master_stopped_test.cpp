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

} // namespace

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
