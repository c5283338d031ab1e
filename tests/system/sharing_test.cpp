#include <set>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

void share_sessions(const std::string& listen, const sandbox& where) {
  crew here{where, {.listen = listen}};
  std::uint64_t version = 0;
  for (std::size_t round = 0; round < 40; ++round) {
    auto& writer = *here.all[round % 4];
    const auto data = "round " + std::to_string(round);
    auto written = writer.call({{"op", "set"}, {"id", "shared"}, {"data", data}});
    REQUIRE(written["ok"] == true);
    CHECK(written["version"] > version);
    version = written["version"];
    for (auto* reader : here.all) {
      auto read = reader->call({{"op", "get"}, {"id", "shared"}});
      CHECK(read["found"] == true);
      CHECK(read["data"] == data);
      CHECK(read["version"] == version);
      CHECK_FALSE(read.contains("ttl_ms"));
    }
  }
  CHECK(here.all[0]->call({{"op", "destroy"}, {"id", "shared"}})["destroyed"] == true);
  for (auto* each : here.all) {
    CHECK(each->call({{"op", "get"}, {"id", "shared"}})["found"] == false);
    CHECK(each->call({{"op", "touch"}, {"id", "shared"}, {"ttl_ms", 1000}})["touched"] == false);
    CHECK(each->call({{"op", "destroy"}, {"id", "shared"}})["destroyed"] == false);
  }
  here.dismiss();
}

} // namespace

TEST_CASE("a session set in one worker is read in every other, over TCP") {
  const sandbox where;
  share_sessions("127.0.0.1:0", where);
}

TEST_CASE("a session set in one worker is read in every other, over a Unix socket") {
  const sandbox where;
  share_sessions("unix:" + where.path("store.sock"), where);
}

TEST_CASE("random operations of four workers fit one order of events") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  const sandbox where;
  crew here{where, {.listen = "unix:" + where.path("store.sock")}};
  load traffic{here.all, {.seed = seed, .sessions = 50}};
  REQUIRE(traffic.run_for(20'000, within(60s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, here.all);
  for (const auto& [error, count] : traffic.errors())
    CHECK(error == "conflict"); // of conditional sets; nothing was disturbed here
}

TEST_CASE("a crowd in one worker and a lone caller in another get the same store") {
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0"}};
  auto& crowd = *here.all[0];
  for (int count = 0; count < 5'000; ++count)
    crowd.send({{"op", "set"}, {"id", "id" + std::to_string(count)}, {"data", std::to_string(count)}});
  REQUIRE(crowd.finish() == 0);
  CHECK(crowd.problems().empty());
  CHECK(here.all[1]->call({{"op", "length"}})["count"] == 5'000);

  std::set<std::string> listed;
  std::string cursor;
  do {
    auto page = here.all[2]->call({{"op", "all"}, {"limit", 700}, {"cursor", cursor}});
    REQUIRE(page["ok"] == true);
    CHECK(page["sessions"].size() <= 700);
    for (const auto& each : page["sessions"]) {
      CHECK(listed.insert(each["id"].get<std::string>()).second);
      CHECK("id" + each["data"].get<std::string>() == each["id"]);
    }
    cursor = page["cursor"].get<std::string>();
  } while (!cursor.empty());
  CHECK(listed.size() == 5'000);

  CHECK(here.all[3]->call({{"op", "clear"}})["count"] == 5'000);
  CHECK(here.all[1]->call({{"op", "length"}})["count"] == 0);
}
