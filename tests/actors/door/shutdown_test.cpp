#include <thread>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("a door that is shut answers every connect, before and after", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  std::vector<std::future<result<door::link>>> outcomes;
  for (int count = 0; count < 200; ++count) {
    outcomes.push_back(worker.connecting(listening.where()));
    outcomes.push_back(worker.connecting(unix_at(place / ("nobody-" + std::to_string(count)))));
    if (count == 100)
      worker.door().shutdown();
  }
  for (auto& each : outcomes) {
    REQUIRE(each.wait_for(patience) == std::future_status::ready);
    const auto link = each.get();
    REQUIRE((link || link.error().code == errc::unavailable));
  }
  door::listen_options how;
  how.gate = worker.gate();
  CHECK_FALSE(worker.door().listen(unix_at(place / "other"), how));
  worker.door().shutdown();
}

TEST_CASE("a reference does not keep a door open, and no callback can be the one that shuts it", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  const auto entrance = worker.door().refer();
  std::promise<std::thread::id> called;
  std::promise<void> dropped;
  entrance.connect(listening.where(), {}, [&, held = entrance](const result<door::link>&) {
    called.set_value(std::this_thread::get_id());
    dropped.get_future().wait_for(patience);
  });
  CHECK(called.get_future().get() != std::this_thread::get_id());
  std::thread owner{[&] { worker.drop_door(); }}; // waits for the callback, as it should
  dropped.set_value();
  owner.join();
  std::promise<result<door::link>> late;
  entrance.connect(listening.where(), {},
                   [&](const result<door::link>& outcome) { late.set_value(outcome); });
  const auto refused = late.get_future().get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unavailable);
  entrance.close(1);
}

TEST_CASE("a door shuts at once under load", "[door]") {
  const temporary_directory place;
  for (int round = 0; round < 5; ++round) {
    node master;
    std::optional<door::listener> listening{master.serve(unix_at(place / "socket"))};
    const auto where = listening->where();
    std::vector<std::unique_ptr<node>> workers;
    for (int count = 0; count < 4; ++count)
      workers.push_back(std::make_unique<node>());
    std::atomic<bool> stop = false;
    std::atomic<int> connected = 0;
    std::vector<std::thread> loads;
    for (auto& each : workers)
      loads.emplace_back([&, worker = each.get()] {
        while (!stop) {
          const auto link = worker->connect(where);
          if (!link)
            continue;
          ++connected;
          if (worker->ask(*link, "x", 100ms)) // CAF does not say that a request was lost
            worker->door().close(link->id);
        }
      });
    const bool loaded = wait_until([&] { return connected > 50; }, within(patience));
    const auto started = std::chrono::steady_clock::now();
    master.drop_door();
    const auto took = std::chrono::steady_clock::now() - started;
    stop = true;
    for (auto& each : loads)
      each.join();
    REQUIRE(loaded);
    CHECK(took < 2s);
    listening.reset();
  }
}

TEST_CASE("the last owner of a door may let go on the door's own thread", "[door]") {
  const temporary_directory place;
  node worker;
  const auto held = std::make_shared<std::shared_ptr<door::door>>(door::door::of(worker.system()));
  const auto done = std::make_shared<std::promise<void>>();
  worker.drop_door();
  (*held)->connect(unix_at(place / "nobody"), {}, [held, done](const result<door::link>&) {
    held->reset();
    done->set_value();
  });
  CHECK(done->get_future().wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a listener that ends after its door does no harm", "[door]") {
  const temporary_directory place;
  node master;
  auto listening = master.serve(unix_at(place / "socket"));
  master.drop_door();
  listening.close();
  CHECK_FALSE(std::filesystem::exists(place / "socket"));
}

TEST_CASE("connections outlive the listener that accepted them", "[door]") {
  const temporary_directory place;
  node master;
  auto listening = master.serve(unix_at(place / "socket"));
  node worker;
  const auto link = worker.connect(listening.where());
  REQUIRE(link);
  listening.close();
  CHECK_FALSE(std::filesystem::exists(place / "socket"));
  CHECK(worker.ask(*link, "x") == "gate: x");
}
