#include <filesystem>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// More than stays in memory before RocksDB makes table files and another log.
constexpr int large_sessions = 40;

const std::string large(900'000, 'x');

bool set_all(pipe_worker& worker, const std::string& prefix) {
  for (int number = 0; number < large_sessions; ++number)
    if (worker.call({{"op", "set"}, {"id", prefix + std::to_string(number)}, {"data", large}})["ok"] != true)
      return false;
  return true;
}

} // namespace

TEST_CASE("a store whose directory is moved goes on in it, and whoever takes the place is left alone") {
  const sandbox where;
  const auto data = where.path("data");
  master first{where, {.listen = "unix:" + where.path("first.sock"), .store = "s=rocksdb:" + data}};
  first.start();
  pipe_worker worker{first};
  REQUIRE(worker.call({{"op", "set"}, {"id", "a"}, {"data", "of the first"}})["ok"] == true);
  std::filesystem::rename(data, where.path("moved"));
  master second{where, {.listen = "unix:" + where.path("second.sock"), .store = "s=rocksdb:" + data}};
  second.start();
  REQUIRE(second.run({"set", "a", "of the second"}).code == 0);
  CHECK(set_all(worker, "first-"));
  CHECK(first.stop() == 0);
  CHECK(second.run({"length"}).output == "1\n");
  CHECK(second.stop() == 0);

  second.start();
  CHECK(second.run({"get", "a"}).output == "of the second");
  master again{where,
               {.listen = "unix:" + where.path("third.sock"), .store = "s=rocksdb:" + where.path("moved")}};
  again.start();
  CHECK(again.run({"get", "a"}).output == "of the first");
  CHECK(again.run({"length"}).output == std::to_string(large_sessions + 1) + "\n");
}

TEST_CASE("a store whose directory is removed while it is open is not begun anew") {
  const sandbox where;
  const auto data = where.path("data");
  master served{where, {.listen = "unix:" + where.path("s.sock"), .store = "s=rocksdb:" + data}};
  served.start();
  pipe_worker worker{served};
  REQUIRE(worker.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
  std::filesystem::remove_all(data);
  const auto is_said = [&] {
    worker.call({{"op", "set"}, {"id", "b"}, {"data", large}});
    return served.store_status("s")["problem"].get<std::string>().find("removed, moved or replaced")
           != std::string::npos;
  };
  CHECK(wait_until(is_said, within(60s)));
  CHECK_FALSE(std::filesystem::exists(data));
  CHECK(worker.call({{"op", "get"}, {"id", "a"}})["ok"] == false);
  CHECK(served.stop() == 0);
}
