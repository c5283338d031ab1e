#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/load_process.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// @returns what the system says of each thread of a process under `name`.
std::vector<std::string> of_threads(pid_t id, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/" + std::to_string(id) + "/task"}) {
    std::ifstream status{thread.path() / "status"};
    std::string word;
    while (status >> word)
      if (word == name)
        status >> values.emplace_back();
  }
  return values;
}

/// How often the threads of a process went to sleep of their own accord, and so had to be woken.
std::uint64_t sleeps(pid_t id) {
  std::uint64_t sum = 0;
  for (const auto& count : of_threads(id, "voluntary_ctxt_switches:"))
    sum += std::stoull(count);
  return sum;
}

bool is_asleep(pid_t id) {
  const auto states = of_threads(id, "State:");
  return !states.empty() && std::ranges::all_of(states, [](const auto& state) { return state == "S"; });
}

} // namespace

TEST_CASE("a lone call wakes at most one thread of the worker and one of the master") {
  const sandbox where;
  for (const auto& listen : {"unix:" + where.path("store.sock"), std::string{"127.0.0.1:0"}}) {
    master server{where, {.listen = listen}};
    server.start();
    load_process worker{server};
    worker.closed(100ms, 1);
    const auto master_before = sleeps(server.self().id());
    const auto worker_before = sleeps(worker.self().id());
    const auto seen = worker.closed(1s, 1);
    REQUIRE(seen.succeeded > 100);
    const auto calls = static_cast<double>(seen.succeeded);
    // Heartbeats and timers are few. On a busy machine a thread finds the next message before it sleeps; a
    // sanitizer has locks of its own.
    const auto sleeps_max = (slowness == 1 ? 1.1 : 2) * calls + 100;
    CHECK(static_cast<double>(sleeps(server.self().id()) - master_before) <= sleeps_max);
    CHECK(static_cast<double>(sleeps(worker.self().id()) - worker_before) <= sleeps_max);
    CHECK(worker.finish() == 0);
    CHECK(server.stop() == 0);
  }
}

TEST_CASE("once the calls end, no thread of the master and of the worker is awake") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  load_process worker{server};
  REQUIRE(worker.closed(100ms, 1).succeeded > 0);
  for (const auto id : {server.self().id(), worker.self().id()})
    CHECK(wait_until([&] { return is_asleep(id); }, within(30s)));
  CHECK(worker.finish() == 0);
  CHECK(server.stop() == 0);
}
