#include <csignal>
#include <filesystem>

#include <cluster_store/tests/support/load_process.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

void stop_under_load(const std::string& listen, const std::string& store, const sandbox& where) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  crew here{where, {.listen = listen, .store = store}};
  load traffic{here.all, {.seed = seed, .sessions = 200}};
  here.listen_during(traffic);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(traffic.run_for(3'000, within(30s)));
    const auto start = std::chrono::steady_clock::now();
    here.server.self().signal(SIGTERM);
    REQUIRE(traffic.run([&] { return here.server.self().ended(); }, within(10s)));
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    CHECK(here.server.self().wait(within(5s)) == 0);
    here.server.launch();
    REQUIRE(traffic.run([&] { return here.server.is_ready(); }, within(20s)));
  }
  REQUIRE(traffic.run_for(1'000, within(30s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, here.all);
  here.dismiss();
}

} // namespace

TEST_CASE("a master that is asked to stop under load ends within 5 s and loses nothing, over TCP") {
  const sandbox where;
  stop_under_load("127.0.0.1:0", "s=rocksdb:" + where.path("data"), where);
}

TEST_CASE("a master that is asked to stop under load ends within 5 s and loses nothing, over a Unix socket") {
  const sandbox where;
  stop_under_load("unix:" + where.path("store.sock"), "s=rocksdb:" + where.path("data"), where);
}

TEST_CASE("what a stopping master accepted is answered, and what it refused goes to its successor") {
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}};
  server.start();
  load_process worker{server};
  worker.closed(200ms, 1'024);
  for (int round = 0; round < 2; ++round) {
    worker.start_closed(800ms, 1'024);
    server.self().pump(200ms);
    const auto start = std::chrono::steady_clock::now();
    CHECK(server.stop() == 0);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    server.start();
    const auto seen = worker.report();
    CHECK(seen.answered == seen.offered);
    CHECK(seen.answered_twice == 0);
    CHECK(seen.errors.empty());
  }
  CHECK(worker.event_problems().empty());
  CHECK(worker.finish() == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE("a stopping master without a successor: every call ends by its deadline, once") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  load_process worker{server, 1s};
  worker.start_closed(1s, 1'024);
  server.self().pump(300ms);
  CHECK(server.stop() == 0);
  const auto seen = worker.report();
  CHECK(seen.succeeded > 0);
  CHECK(seen.answered == seen.offered);
  CHECK(seen.answered_twice == 0);
  CHECK(seen.longest < 2s);
  CHECK(seen.succeeded + seen.failed("unavailable") + seen.failed("deadline_exceeded") == seen.offered);
  CHECK(worker.event_problems().empty());
  CHECK(worker.finish() == 0);
}

TEST_CASE("an idle master stops at once and removes its socket, on each of its signals") {
  for (const int number : {SIGTERM, SIGINT}) {
    const sandbox where;
    master server{where, {.listen = "unix:" + where.path("store.sock")}};
    server.start();
    const auto start = std::chrono::steady_clock::now();
    server.self().signal(number);
    CHECK(server.self().wait(within(10s)) == 0);
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK_FALSE(std::filesystem::exists(where.path("store.sock")));
  }
}

TEST_CASE("a master with idle workers and strangers at the door stops") {
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}, 3};
  for (auto* each : here.all)
    REQUIRE(each->call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
  const auto start = std::chrono::steady_clock::now();
  CHECK(here.server.stop() == 0);
  CHECK(std::chrono::steady_clock::now() - start < 5s);
  here.server.start();
  for (auto* each : here.all) {
    const auto back = [&] { return each->call({{"op", "get"}, {"id", "a"}})["ok"] == true; };
    CHECK(wait_until(back, within(10s)));
  }
  here.dismiss();
}

TEST_CASE("a pipe that is asked to end by the end of its input answers what is pending first") {
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}, 1};
  auto& worker = *here.all[0];
  for (int number = 0; number < 3'000; ++number)
    worker.send({{"op", "set"}, {"id", std::to_string(number)}, {"data", "x"}});
  CHECK(worker.finish() == 0);
  CHECK(worker.problems().empty());
  CHECK(here.server.run({"length"}).output == "3000\n");
}

TEST_CASE("a master runs for many connections without keeping anything of them") {
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0"}};
  server.start();
  const auto visit = [&] { CHECK(server.run({"set", "a", "x"}).code == 0); };
  for (int count = 0; count < 20; ++count)
    visit();
  const auto descriptors = open_descriptors(server.self().id());
  const auto memory = resident_bytes(server.self().id());
  for (int count = 0; count < 200; ++count)
    visit();
  CHECK(wait_until([&] { return open_descriptors(server.self().id()) <= descriptors; }, within(10s)));
  CHECK(resident_bytes(server.self().id()) < memory + 16 * 1024 * 1024);
  CHECK(server.stop() == 0);
}

TEST_CASE("a master whose engines hang ends within 5 s of SIGTERM, however many they are, and says so") {
  const sandbox where;
  constexpr auto hangs = "=faulty:memory%3A?slow_ms=600000&apply=slow@2-";
  std::vector<std::string> more;
  for (int i = 0; i < 20; ++i)
    more.insert(more.end(), {"--store", "m" + std::to_string(i) + hangs});
  master server{where,
                {.listen = "unix:" + where.path("store.sock"),
                 .store = std::string{"s"} + hangs,
                 .more_arguments = more}};
  server.start();
  std::list<pipe_worker> workers;
  for (int i = 0; i < 20; ++i) {
    server.use_store("m" + std::to_string(i) + hangs); // whose worker comes next
    auto& worker = workers.emplace_back(server);
    worker.send({{"op", "set"}, {"id", "a"}, {"data", "x"}});
    worker.self().pump(20ms);
  }
  server.self().pump(200ms);
  const auto start = std::chrono::steady_clock::now();
  server.self().signal(SIGTERM);
  CHECK(server.self().wait(within(10s)) == 5);
  CHECK(std::chrono::steady_clock::now() - start < 5s * slowness);
  CHECK(server.self().errors().find("'m7'") != std::string::npos);
  CHECK(server.self().errors().find("hang") != std::string::npos);
}

TEST_CASE("a master whose engine hangs while it is opened ends within 5 s of SIGTERM, and says so") {
  const sandbox where;
  master server{where,
                {.listen = "unix:" + where.path("store.sock"),
                 .store = "s=faulty:memory%3A?slow_ms=600000&apply=slow@1-"}};
  server.launch();
  server.self().pump(500ms);
  REQUIRE_FALSE(server.is_ready());
  const auto start = std::chrono::steady_clock::now();
  server.self().signal(SIGTERM);
  CHECK(server.self().wait(within(10s)) == 5);
  CHECK(std::chrono::steady_clock::now() - start < 5s * slowness);
  CHECK(server.self().errors().find("opened") != std::string::npos);
}
