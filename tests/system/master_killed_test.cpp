#include <functional>
#include <map>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

// The long form: SYSTEM_TESTS_OPERATIONS=200000 SYSTEM_TESTS_KILLS=10 SYSTEM_TESTS_MINUTES=20.
struct sizes {
  std::size_t operations = size_from_environment("SYSTEM_TESTS_OPERATIONS", 16'000);
  std::size_t kills = size_from_environment("SYSTEM_TESTS_KILLS", 4);
  std::chrono::minutes limit{size_from_environment("SYSTEM_TESTS_MINUTES", 1)};
};

/// Ends a master in some bad way and has it run again; `traffic` goes on meanwhile.
using disturbance = std::function<void(master&, load& traffic)>;

void kill_and_restart(master& server, load& traffic) {
  server.kill();
  server.launch();
  REQUIRE(traffic.run([&] { return server.is_ready(); }, within(20s)));
}

/// As `kill_and_restart`, but so much later that the workers notice and new lines are refused.
void kill_and_restart_late(master& server, load& traffic) {
  server.kill();
  const auto refused = [&] { return traffic.errors().contains("unavailable"); };
  REQUIRE(traffic.run(refused, within(20s)));
  server.launch();
  REQUIRE(traffic.run([&] { return server.is_ready(); }, within(20s)));
}

void survive(const std::string& listen, const sandbox& where, const disturbance& disturb) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  const sizes size;
  const auto limit = within(size.limit);
  crew here{where, {.listen = listen, .store = "s=rocksdb:" + where.path("data")}};
  load traffic{here.all, {.seed = seed}};
  here.listen_during(traffic);
  for (std::size_t kill = 0; kill < size.kills; ++kill) {
    REQUIRE(traffic.run_for(size.operations / (size.kills + 1), limit));
    disturb(here.server, traffic);
  }
  REQUIRE(traffic.run([&] { return traffic.sent() >= size.operations; }, limit));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  INFO(traffic.summary());
  require_consistent(traffic, here.all);
  here.dismiss();
}

} // namespace

TEST_CASE("no acknowledged write is lost or applied twice when a master is killed, over TCP") {
  const sandbox where;
  survive("127.0.0.1:0", where, kill_and_restart);
}

TEST_CASE("no acknowledged write is lost or applied twice when a master is killed, over a Unix socket") {
  const sandbox where;
  survive("unix:" + where.path("store.sock"), where, kill_and_restart);
}

TEST_CASE("workers find a master that comes back late") {
  const sandbox where;
  survive("127.0.0.1:0", where, kill_and_restart_late);
}

TEST_CASE("sets in the order they were issued survive a kill as a prefix of that order") {
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}};
  server.start();
  pipe_worker worker{server};
  for (int number = 0; number < 20'000; ++number)
    worker.send({{"op", "set"}, {"id", "counter"}, {"data", std::to_string(number)}});
  std::vector<pipe_answer> answers;
  const auto collect = [&](std::size_t wanted) {
    return wait_until(
        [&] {
          for (auto& each : worker.take_answers())
            answers.push_back(std::move(each));
          return answers.size() >= wanted;
        },
        within(20s));
  };
  REQUIRE(collect(5'000));
  server.kill();
  server.start();
  REQUIRE(collect(20'000));
  std::uint64_t last_seq = 0;
  std::map<std::uint64_t, std::uint64_t> versions;
  for (const auto& each : answers)
    if (each.ok())
      versions[each.body["seq"]] = each.body["version"];
  std::uint64_t last_version = 0;
  for (const auto& [seq, version] : versions) {
    CHECK(version > last_version);
    last_version = version;
    last_seq = seq;
  }
  auto read = worker.call({{"op", "get"}, {"id", "counter"}});
  CHECK(read["version"] >= last_version);
  CHECK(std::stoull(read["data"].get<std::string>()) + 1 >= last_seq);
  CHECK(worker.problems().empty());
}
