#include <ctime>
#include <filesystem>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// @returns the environment of a process whose wall clock shows `seconds` since 1970 now.
std::map<std::string, std::string> clock_that_shows(long long seconds) {
  return {{"LD_PRELOAD", CLUSTER_STORE_TEST_CLOCK},
          {"SHIFTED_CLOCK_SECONDS", std::to_string(seconds - static_cast<long long>(std::time(nullptr)))},
          {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
}

/// A master on a clock of its own. Stopped at the end of the object.
class odd_master {
public:
  odd_master(const sandbox& where, const std::string& uri, long long seconds)
      : where_{where}, process_{program_for(where, uri, seconds)} {
    const auto line = process_.await_line(within(20s));
    INFO(process_.errors());
    REQUIRE(line);
    CHECK(*line == "ready unix:" + where.path("store.sock"));
  }
  odd_master(const odd_master&) = delete;
  odd_master& operator=(const odd_master&) = delete;
  ~odd_master() {
    process_.signal(SIGTERM);
    CHECK(process_.wait(within(10s)) == 0);
    CHECK(process_.errors().find("LD_PRELOAD") == std::string::npos); // as when the clock was not there
  }

  completed run(std::vector<std::string> command) const {
    const std::vector<std::string> more{"--connect", "unix:" + where_.path("store.sock"), "--store", "s"};
    command.insert(command.end(), more.begin(), more.end());
    return cluster_store::tests::run(where_.cluster_store(std::move(command)));
  }

  bool has(const std::string& id) const { return run({"get", id}).code == 0; }

private:
  static program program_for(const sandbox& where, const std::string& uri, long long seconds) {
    auto made =
        where.cluster_store({"serve", "--listen", "unix:" + where.path("store.sock"), "--store", "s=" + uri});
    for (const auto& [name, value] : clock_that_shows(seconds))
      made.environment[name] = value;
    return made;
  }

  const sandbox& where_;
  process process_;
};

constexpr long long day = 86'400;
constexpr long long year_2038 = 2'147'483'648;

} // namespace

TEST_CASE("a master works and sessions end in time, whatever its clock shows") {
  const sandbox where;
  const auto engine = GENERATE(as<std::string>{}, "rocksdb:", "memory:");
  const auto seconds = GENERATE(-20'000 * day, -day, -2LL, 0LL, year_2038 - 2, 9'000'000'000LL);
  CAPTURE(engine, seconds);
  const auto uri = engine == "memory:" ? engine : engine + where.path("data");
  const odd_master server{where, uri, seconds};
  CHECK(server.run({"set", "ever", "x"}).code == 0);
  CHECK(server.run({"set", "long", "x", "--ttl", "1h"}).code == 0);
  CHECK(server.run({"set", "short", "x", "--ttl", "300ms"}).code == 0);
  CHECK(wait_until([&] { return !server.has("short"); }, within(10s)));
  CHECK(server.has("ever"));
  CHECK(server.has("long"));
  CHECK(server.run({"length"}).output == "2\n");
}

TEST_CASE("a store that was made before 1970 is opened when the clock is right, and the other way round") {
  const sandbox where;
  const auto uri = "rocksdb:" + where.path("data");
  const auto today = static_cast<long long>(std::time(nullptr));
  {
    const odd_master early{where, uri, -day};
    CHECK(early.run({"set", "ever", "x"}).code == 0);
    CHECK(early.run({"set", "short", "x", "--ttl", "1h"}).code == 0);
  }
  {
    const odd_master right{where, uri, today};
    CHECK(right.has("ever"));
    CHECK_FALSE(right.has("short")); // its time was over long ago
    CHECK(right.run({"set", "long", "x", "--ttl", "1h"}).code == 0);
  }
  const odd_master early{where, uri, -day};
  CHECK(early.has("ever"));
  CHECK(early.has("long"));
  CHECK(early.run({"set", "new", "x", "--ttl", "1h"}).code == 0);
  CHECK(early.has("new"));
}
