#include <map>

#include <cluster_store/tests/system/crew.hpp>
#include <cluster_store/tests/system/faulty_rocksdb.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// A worker of the master's second store.
program worker_of_other(const master& server) {
  return server.where().cluster_store({"pipe", "--connect", server.endpoint(), "--store", "other",
                                       "--secret-file", server.where().secret_file()});
}

/// What is known after a load.
struct seen {
  nlohmann::json figures; ///< Of the store.
  std::map<std::string, std::size_t> errors;
};

/// Runs a load against a store whose engine fails, until it was restarted so often; what the workers see must
/// be consistent all the same.
seen survive(const sandbox& where, const std::string& store, std::size_t restarts) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  crew here{where,
            {.listen = "127.0.0.1:0",
             .store = store + "&seed=" + std::to_string(seed),
             .more_arguments = {"--store", "other=memory:"}}};
  pipe_worker neighbour{worker_of_other(here.server)};
  REQUIRE(neighbour.call({{"op", "set"}, {"id", "neighbour"}, {"data", "well"}})["ok"] == true);
  load traffic{here.all, {.seed = seed, .sessions = 200}};
  here.listen_during(traffic);
  nlohmann::json figures;
  do {
    REQUIRE(traffic.run_for(2'000, within(20s)));
    figures = here.server.store_status("s");
  } while (figures["restarts"] < restarts && traffic.succeeded() < 100'000);
  REQUIRE(traffic.run_for(2'000, within(20s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  INFO(traffic.summary());
  require_consistent(traffic, here.all);
  CHECK(neighbour.call({{"op", "get"}, {"id", "neighbour"}})["data"] == "well");
  CHECK(here.server.store_status("other")["restarts"] == 0);
  CHECK(neighbour.finish() == 0);
  here.dismiss();
  return {figures, traffic.errors()};
}

/// As above, of a RocksDB store whose engine fails as `plan` says.
seen survive(const std::string& plan, std::size_t restarts) {
  const sandbox where;
  return survive(where, faulty_rocksdb(where, plan), restarts);
}

} // namespace

TEST_CASE("a store whose engine breaks is restarted; acknowledged writes are kept and applied once") {
  const auto [figures, errors] = survive("apply=broken@60&opens=3", 3);
  CHECK(figures["restarts"] == 3);
  CHECK(figures["up"] == true);
  CHECK(figures["problem"] == "");
}

TEST_CASE("a store whose reads break the engine is restarted") {
  const auto [figures, errors] = survive("get=broken@60&opens=2", 2);
  CHECK(figures["restarts"] == 2);
  CHECK(figures["up"] == true);
}

TEST_CASE("commits that fail are not applied and end nothing") {
  const auto [figures, errors] = survive("apply=io_error@10-12,io_error@30-~0.1", 0);
  CHECK(figures["restarts"] == 0);
  CHECK(errors.contains("io_error"));
  CHECK_FALSE(errors.contains("outcome_unknown"));
}

TEST_CASE("the outcome of commits that the engine does not know is found out by a restart") {
  const auto [figures, errors] = survive("apply=unknown_applied@40~0.5,unknown_unapplied@40&opens=4", 4);
  CHECK(figures["restarts"] == 4);
  CHECK(figures["up"] == true);
}

TEST_CASE("what is in memory outlives the restart of its store, unless it is the memory that broke") {
  const sandbox where;
  const auto [figures, errors] = survive(
      where, "s=faulty:memory%3A?apply=unknown_applied@40,unknown_unapplied@80,unknown_applied@120", 3);
  CHECK(figures["restarts"] == 3);
  CHECK(figures["up"] == true);
}

TEST_CASE("a memory store whose engine breaks starts anew and its neighbour notices nothing") {
  const sandbox where;
  master server{where,
                {.listen = "127.0.0.1:0",
                 .store = "s=faulty:memory%3A?apply=broken@3&opens=1",
                 .more_arguments = {"--store", "other=memory:"}}};
  server.start();
  pipe_worker neighbour{worker_of_other(server)};
  REQUIRE(neighbour.call({{"op", "set"}, {"id", "neighbour"}, {"data", "well"}})["ok"] == true);
  pipe_worker worker{server};
  std::size_t answered = 0;
  for (int number = 0; number < 50; ++number)
    answered +=
        worker.call({{"op", "set"}, {"id", std::to_string(number)}, {"data", "x"}})["ok"] == true ? 1 : 0;
  CHECK(answered >= 45);
  CHECK(server.store_status("s")["restarts"] == 1);
  CHECK(worker.call({{"op", "get"}, {"id", "49"}})["found"] == true);
  CHECK(neighbour.call({{"op", "get"}, {"id", "neighbour"}})["data"] == "well");
}

TEST_CASE("a store that breaks again and again answers unavailable while the others serve on") {
  const sandbox where;
  master server{where,
                {.listen = "127.0.0.1:0",
                 .store = faulty_rocksdb(where, "apply=broken@5-"),
                 .more_arguments = {"--store", "other=memory:"}}};
  server.start();
  pipe_worker worker{server, {"--timeout", "2s"}};
  const auto down = [&] {
    const auto answer = worker.call({{"op", "set"}, {"id", "a"}, {"data", "x"}});
    CHECK((answer.value("ok", false) || !answer.value("message", "").empty()));
    return server.store_status("s")["up"] == false;
  };
  REQUIRE(wait_until(down, within(30s)));
  CHECK_FALSE(server.store_status("s")["problem"].get<std::string>().empty());
  pipe_worker neighbour{worker_of_other(server)};
  CHECK(neighbour.call({{"op", "set"}, {"id", "b"}, {"data", "x"}})["ok"] == true);
  const auto refused = [&] {
    return worker.call({{"op", "get"}, {"id", "a"}}).value("error", "") == "unavailable";
  };
  CHECK(wait_until(refused, within(30s)));
  CHECK_FALSE(server.self().ended());
}

TEST_CASE("a slow engine does not slow its neighbour down") {
  const sandbox where;
  master server{where,
                {.listen = "127.0.0.1:0",
                 .store = "s=faulty:memory%3A?get=slow&slow_ms=4000",
                 .more_arguments = {"--store", "other=memory:"}}};
  server.start();
  pipe_worker slow{server, {"--timeout", "20s"}};
  pipe_worker quick{worker_of_other(server)};
  REQUIRE(quick.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
  slow.send({{"op", "get"}, {"id", "a"}});
  for (int count = 0; count < 200; ++count)
    REQUIRE(quick.call({{"op", "get"}, {"id", "a"}})["found"] == true);
  slow.take_answers();
  CHECK(slow.pending() == 1); // its one call takes longer than all of these
  CHECK(slow.finish() == 0);
  CHECK(slow.problems().empty());
}
