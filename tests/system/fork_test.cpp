#include <string>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/support/process.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// The program forks at `moment` and does `deed` in the child; it says itself what was not as it should be.
void check_fork(const std::string& mode, const std::string& endpoint, const std::string& moment,
                const std::string& deed, const std::string& uri = "memory:") {
  CAPTURE(mode, moment, deed);
  const auto seen =
      run({{CLUSTER_STORE_TEST_FORKING, mode, uri, endpoint, moment, deed}, {}}, {}, within(60s));
  CHECK(seen.errors.empty());
  CHECK(seen.code == 0);
}

const std::vector<std::string> ends{"leave", "exit", "destroy", "grandchild"};
const std::vector<std::string> openings{"standalone", "master", "worker", "worker_exits"};

} // namespace

TEST_CASE(
    "in a forked child every call on the parent's handle or server ends at once, and the parent goes on") {
  const sandbox where;
  const auto at = "unix:" + where.path("store.sock");
  for (const std::string mode : {"standalone", "master"})
    for (const std::string moment : {"idle", "thread", "traffic", "callback"})
      for (const auto& deed : ends)
        check_fork(mode, at, moment, deed);
}

TEST_CASE("a forked child opens a handle of its own, of each kind, whatever its parent was doing") {
  const sandbox where;
  const auto at = "unix:" + where.path("store.sock");
  for (const std::string moment : {"idle", "thread", "traffic"})
    for (const auto& deed : openings)
      check_fork("master", at, moment, deed);
}

TEST_CASE("a worker forks: the child is refused, opens its own connection, and the parent keeps its own") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock"), .store = "default=memory:"}};
  server.start();
  for (const std::string moment : {"idle", "thread", "traffic", "callback"})
    for (const std::string deed : {"leave", "exit", "destroy", "grandchild", "worker", "worker_exits"})
      check_fork("worker", "unix:" + where.path("store.sock"), moment, deed);
  CHECK(server.stop() == 0);
}

TEST_CASE("a parent that owns a RocksDB store keeps it, whatever its children do") {
  const sandbox where;
  const auto at = "unix:" + where.path("store.sock");
  for (const auto& deed : {"leave", "exit", "destroy", "grandchild", "worker"})
    check_fork("master", at, "traffic", deed, "rocksdb:" + where.path("data"));
}

TEST_CASE("a child that returns from the callback it was forked in ends there") {
  const sandbox where;
  const auto at = "unix:" + where.path("store.sock");
  for (const std::string mode : {"standalone", "master"})
    check_fork(mode, at, "returns", "leave");
}
