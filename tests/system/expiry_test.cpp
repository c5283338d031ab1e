#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// Difference of the master's clock, in whole milliseconds, and the test's.
constexpr moment tolerance = 20'000'000;
constexpr moment millisecond = 1'000'000;

json set(pipe_worker& worker, const std::string& id, std::int64_t ttl_milliseconds) {
  auto answer = worker.call({{"op", "set"}, {"id", id}, {"data", "x"}, {"ttl_ms", ttl_milliseconds}});
  CHECK(answer["ok"] == true);
  return answer;
}

json get(pipe_worker& worker, const std::string& id) {
  auto answer = worker.call({{"op", "get"}, {"id", id}});
  CHECK(answer["ok"] == true);
  return answer;
}

bool is_there(pipe_worker& worker, const std::string& id) {
  return get(worker, id)["found"] == true;
}

} // namespace

TEST_CASE("a session is there until its time and gone from then on") {
  const sandbox where;
  crew here{where, {.listen = "unix:" + where.path("store.sock")}, 1};
  auto& worker = *here.all[0];
  constexpr moment ttl = 150 * millisecond;
  for (int round = 0; round < 5; ++round) {
    const auto asked = now();
    set(worker, "a", ttl / millisecond);
    const auto answered = now();
    for (bool there = true; there;) {
      const auto read_asked = now();
      there = is_there(worker, "a");
      if (there)
        CHECK(read_asked <= answered + ttl + tolerance);
      else
        CHECK(now() >= asked + ttl - tolerance);
    }
    CHECK_FALSE(is_there(worker, "a"));
  }
}

TEST_CASE("an expired session is not counted, not listed, not touched and not destroyed") {
  const sandbox where;
  crew here{where, {.listen = "unix:" + where.path("store.sock")}, 1};
  auto& worker = *here.all[0];
  for (int number = 0; number < 100; ++number)
    set(worker, "short" + std::to_string(number), 50);
  set(worker, "long", 60'000);
  REQUIRE(wait_until([&] { return !is_there(worker, "short99"); }, within(10s)));
  CHECK(worker.call({{"op", "length"}})["count"] == 1);
  auto page = worker.call({{"op", "all"}});
  REQUIRE(page["sessions"].size() == 1);
  CHECK(page["sessions"][0]["id"] == "long");
  CHECK(page["sessions"][0]["ttl_ms"] <= 60'000);
  CHECK(worker.call({{"op", "touch"}, {"id", "short0"}, {"ttl_ms", 60'000}})["touched"] == false);
  CHECK(worker.call({{"op", "destroy"}, {"id", "short1"}})["destroyed"] == false);
  CHECK_FALSE(is_there(worker, "short0"));
}

TEST_CASE("a touch moves the end of a session, and nothing else of it") {
  const sandbox where;
  crew here{where, {.listen = "unix:" + where.path("store.sock")}, 1};
  auto& worker = *here.all[0];
  const auto version = set(worker, "a", 100)["version"];
  CHECK(worker.call({{"op", "touch"}, {"id", "a"}, {"ttl_ms", 60'000}})["touched"] == true);
  set(worker, "b", 100);
  REQUIRE(wait_until([&] { return !is_there(worker, "b"); }, within(10s)));
  auto read = get(worker, "a");
  CHECK(read["found"] == true);
  CHECK(read["data"] == "x");
  CHECK(read["version"] == version);
  CHECK(read["ttl_ms"] > 50'000);
  CHECK(read["ttl_ms"] <= 60'000);
}

TEST_CASE("a set replaces the expiry, and one in the past destroys") {
  const sandbox where;
  crew here{where, {.listen = "unix:" + where.path("store.sock")}, 1};
  auto& worker = *here.all[0];
  set(worker, "a", 60'000);
  CHECK(worker.call({{"op", "set"}, {"id", "a"}, {"data", "y"}})["ok"] == true);
  CHECK_FALSE(get(worker, "a").contains("ttl_ms"));
  for (const int past : {0, -1, -100'000}) {
    set(worker, "b", 60'000);
    set(worker, "b", past);
    CHECK_FALSE(is_there(worker, "b"));
  }
  set(worker, "c", 60'000);
  worker.call({{"op", "touch"}, {"id", "c"}, {"ttl_ms", 0}});
  CHECK_FALSE(is_there(worker, "c"));
}

TEST_CASE("sessions set without a ttl live as long as the store says") {
  const sandbox where;
  crew here{
      where, {.listen = "unix:" + where.path("store.sock"), .more_arguments = {"--ttl-default", "10m"}}, 1};
  auto& worker = *here.all[0];
  CHECK(worker.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
  const auto left = get(worker, "a")["ttl_ms"];
  CHECK(left <= 600'000);
  CHECK(left > 590'000);
  set(worker, "a", 1'000);
  CHECK(get(worker, "a")["ttl_ms"] <= 1'000);
}

TEST_CASE("time goes on while a master is away") {
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}, 1};
  auto& worker = *here.all[0];
  const auto started = now();
  set(worker, "short", 300);
  set(worker, "long", 60'000);
  set(worker, "touched", 300);
  CHECK(worker.call({{"op", "touch"}, {"id", "touched"}, {"ttl_ms", 40'000}})["touched"] == true);
  CHECK(worker.call({{"op", "set"}, {"id", "endless"}, {"data", "x"}})["ok"] == true);
  here.server.kill();
  REQUIRE(wait_until([&] { return now() >= started + 350 * millisecond; }, within(5s)));
  here.server.start();
  const auto expect_left = [&](const char* id, std::int64_t ttl) {
    auto read = get(worker, id);
    const auto passed = (now() - started) / millisecond;
    REQUIRE(read["found"] == true);
    CHECK(read["ttl_ms"] <= ttl - 350 + tolerance / millisecond);
    CHECK(read["ttl_ms"] >= ttl - passed - tolerance / millisecond);
  };
  CHECK_FALSE(is_there(worker, "short"));
  expect_left("long", 60'000);
  expect_left("touched", 40'000);
  CHECK_FALSE(get(worker, "endless").contains("ttl_ms"));
  CHECK(worker.call({{"op", "length"}})["count"] == 3);
}
