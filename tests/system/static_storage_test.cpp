#include <filesystem>
#include <string>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/process.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> storages{"global", "local", "thread", "other_thread", "map", "server"};
const std::vector<std::string> ends{"return", "closed", "busy", "exit", "exit_elsewhere", "exit_in_callback"};

struct setting {
  std::string mode;
  std::string uri = "memory:";
  std::string endpoint = "-";
};

/// The program keeps a handle in `storage` and ends by `end`.
void check_end(const std::string& storage, const std::string& end, const setting& how) {
  CAPTURE(storage, end, how.mode, how.uri);
  const auto start = std::chrono::steady_clock::now();
  const auto seen = run(
      {{CLUSTER_STORE_TEST_STATIC_STORAGE, storage, end, how.mode, how.uri, how.endpoint, "-", "-", "-", "-"},
       {}});
  CHECK(seen.code == 0);
  CHECK(seen.errors.empty());
  CHECK(std::chrono::steady_clock::now() - start < slowness * 6s);
}

} // namespace

TEST_CASE(
    "a standalone handle with static or thread storage ends cleanly with the process, however that ends") {
  const sandbox where;
  for (const auto& storage : storages)
    for (const auto& end : ends) {
      check_end(storage, end, {"standalone"});
      check_end(storage, end, {"standalone", "rocksdb:" + where.path("data")});
    }
}

TEST_CASE("a master's handle or server with static or thread storage leaves no socket behind") {
  const sandbox where;
  for (const auto& storage : storages)
    for (const auto& end : ends) {
      check_end(storage, end, {"master", "memory:", "unix:" + where.path("store.sock")});
      CHECK_FALSE(std::filesystem::exists(where.path("store.sock")));
    }
}

TEST_CASE("a worker's handle with static or thread storage ends cleanly with the process") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock"), .store = "default=memory:"}};
  server.start();
  for (const auto& storage : storages)
    for (const auto& end : ends)
      if (storage != "server")
        check_end(storage, end, {"worker", "memory:", "unix:" + where.path("store.sock")});
  CHECK(server.stop() == 0);
}
