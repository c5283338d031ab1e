#include <filesystem>
#include <list>

#include <cluster_store/tests/support/small_disk.hpp>
#include <cluster_store/tests/support/socket.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// Starts several masters at once on one endpoint. @returns how many of them serve.
std::size_t race(const sandbox& where, const std::string& endpoint, std::size_t count) {
  std::list<process> starters;
  for (std::size_t number = 0; number < count; ++number)
    starters.emplace_back(where.cluster_store(
        {"serve", "--listen", endpoint, "--store", "s=memory:", "--secret-file", where.secret_file()}));
  std::size_t serving = 0;
  std::size_t refused = 0;
  for (auto& each : starters) {
    std::string said;
    const auto decided = [&] {
      each.pump(0ms);
      if (const auto line = each.take_line())
        said = *line;
      return !said.empty() || each.ended();
    };
    REQUIRE(wait_until(decided, within(20s)));
    if (!said.empty()) {
      ++serving;
      CHECK(said == "ready " + endpoint);
      continue;
    }
    ++refused;
    const auto code = each.wait(within(5s));
    INFO(each.errors());
    CHECK((code == 3 || code == 5));
    CHECK(each.errors().find(endpoint.substr(endpoint.find(':') + 1)) != std::string::npos);
  }
  CHECK(serving + refused == count);
  const auto answer = run(where.cluster_store(
      {"set", "a", "x", "--connect", endpoint, "--store", "s", "--secret-file", where.secret_file()}));
  CHECK(answer.code == 0);
  return serving;
}

} // namespace

TEST_CASE("of masters that start at once on one Unix socket exactly one serves") {
  for (int round = 0; round < 5; ++round) {
    const sandbox where;
    CHECK(race(where, "unix:" + where.path("store.sock"), 4) == 1);
  }
}

TEST_CASE("of masters that start at once on a stale Unix socket exactly one serves") {
  for (int round = 0; round < 5; ++round) {
    const sandbox where;
    master former{where, {.listen = "unix:" + where.path("store.sock")}};
    former.start();
    former.kill();
    REQUIRE(std::filesystem::exists(where.path("store.sock")));
    CHECK(race(where, "unix:" + where.path("store.sock"), 4) == 1);
  }
}

TEST_CASE("of masters that start at once on one port exactly one serves") {
  for (int round = 0; round < 3; ++round) {
    const sandbox where;
    CHECK(race(where, unused_endpoint(), 4) == 1);
  }
}

TEST_CASE("a second master leaves the first one's socket and clients alone") {
  const sandbox where;
  master first{where, {.listen = "unix:" + where.path("store.sock")}};
  first.start();
  pipe_worker worker{first};
  REQUIRE(worker.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
  const auto second =
      run(where.cluster_store({"serve", "--listen", first.endpoint(), "--store", "s=memory:"}));
  CHECK((second.code == 3 || second.code == 5));
  CHECK(worker.call({{"op", "get"}, {"id", "a"}})["data"] == "x");
  CHECK(first.run({"get", "a"}).output == "x");
  CHECK(worker.self().errors().empty());
}

TEST_CASE("a file that is no socket is not replaced by one") {
  const sandbox where;
  const auto path = where.write_file("precious", "data");
  const auto served = run(where.cluster_store({"serve", "--listen", "unix:" + path, "--store", "s=memory:"}));
  CHECK(served.code != 0);
  CHECK(served.errors.find(path) != std::string::npos);
  CHECK(std::filesystem::is_regular_file(path));
}

TEST_CASE("a data directory has one master, and is free again when that one is gone") {
  const sandbox where;
  master first{where,
               {.listen = "unix:" + where.path("first.sock"), .store = "s=rocksdb:" + where.path("data")}};
  first.start();
  REQUIRE(first.run({"set", "a", "x"}).code == 0);
  const auto second = run(where.cluster_store({"serve", "--listen", "unix:" + where.path("second.sock"),
                                               "--store", "s=rocksdb:" + where.path("data")}));
  CHECK((second.code == 3 || second.code == 5));
  CHECK(second.output.empty());
  CHECK(second.errors.find(where.path("data")) != std::string::npos);
  CHECK(first.run({"get", "a"}).output == "x");
  first.kill();
  master third{where,
               {.listen = "unix:" + where.path("third.sock"), .store = "s=rocksdb:" + where.path("data")}};
  third.start();
  CHECK(third.run({"get", "a"}).output == "x");
}

TEST_CASE("two stores of one master cannot share a directory, by whatever path") {
  const sandbox where;
  const auto data = where.path("data");
  std::filesystem::create_directory_symlink("data", where.path("link"));
  std::filesystem::create_directory(data); // otherwise the link may be looked at before it leads anywhere
  const auto second = GENERATE(as<std::string>{}, "data", "link", "data/../link", "new/../data");
  const auto served =
      run(where.cluster_store({"serve", "--listen", "unix:" + where.path("store.sock"), "--store",
                               "a=rocksdb:" + data, "--store", "b=rocksdb:" + where.path(second)}));
  INFO(served.errors);
  CHECK(served.code == 5);
  CHECK(served.output.empty());
  CHECK(served.errors.find("in use by another store of this process (pid ") != std::string::npos);
}

TEST_CASE(
    "a data directory has one master by every path to it, whatever is between, and the master is named") {
  const sandbox where;
  const auto data = where.path("data");
  master first{where, {.listen = "unix:" + where.path("first.sock"), .store = "s=rocksdb:" + data}};
  first.start();
  REQUIRE(first.run({"set", "a", "x"}).code == 0);
  std::filesystem::create_directory_symlink("data", where.path("link"));
  const bind_mount mount{data, where.path("mount")};
  for (const auto& uri :
       {"rocksdb:" + where.path("link"), "rocksdb:" + where.path("mount"),
        "rocksdb:" + where.path("link/../data/."), "faulty:rocksdb%3A" + where.path("mount")}) {
    INFO(uri);
    const auto second = run(where.cluster_store(
        {"serve", "--listen", "unix:" + where.path("second.sock"), "--store", "s=" + uri}));
    CHECK(second.code == 5);
    CHECK(second.output.empty());
    const auto who = "in use by another process (pid " + std::to_string(first.self().id()) + ")";
    CHECK(second.errors.find(who) != std::string::npos);
    CHECK(first.run({"get", "a"}).output == "x");
  }
}
