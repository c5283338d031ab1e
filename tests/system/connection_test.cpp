#include <csignal>
#include <random>

#include <cluster_store/tests/support/forwarder.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

using disturbance = std::function<void(forwarder&, load& traffic)>;

/// Waits, under load, until workers have connected `count` more times.
void await_connections(const forwarder& network, load& traffic, std::size_t count) {
  const auto wanted = network.accepted() + count;
  REQUIRE(traffic.run([&] { return network.accepted() >= wanted; }, within(30s)));
}

/// Runs four workers through a bad network; what they see must be as consistent as through a good one.
void survive(const disturbance& disturb) {
  const auto seed = random_seed();
  INFO("seed " << seed);
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}};
  server.start();
  forwarder network{server.endpoint()};
  std::list<pipe_worker> workers;
  std::vector<pipe_worker*> all;
  for (int count = 0; count < 4; ++count)
    all.push_back(&workers.emplace_back(where.cluster_store(
        {"pipe", "--connect", network.endpoint(), "--store", "s", "--secret-file", where.secret_file()})));
  load traffic{all, {.seed = seed, .sessions = 200}};
  traffic.also_read([&] { return &server.self(); });
  REQUIRE(traffic.run_for(2'000, within(30s)));
  disturb(network, traffic);
  REQUIRE(traffic.run_for(2'000, within(30s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, all);
}

} // namespace

TEST_CASE("a connection that is cut under load loses and repeats nothing") {
  survive([](forwarder& network, load& traffic) {
    for (int count = 0; count < 10; ++count) {
      network.cut();
      await_connections(network, traffic, 4);
      REQUIRE(traffic.run_for(500, within(30s)));
    }
  });
}

TEST_CASE("a connection whose one direction ends is replaced") {
  survive([](forwarder& network, load& traffic) {
    network.half_close();
    await_connections(network, traffic, 4);
  });
}

TEST_CASE("a connection whose answers end is replaced") {
  survive([](forwarder& network, load& traffic) {
    network.half_close_answers();
    await_connections(network, traffic, 4);
  });
}

TEST_CASE("a network that does everything wrong in turn loses and repeats nothing") {
  survive([](forwarder& network, load& traffic) {
    // The long form: SYSTEM_TESTS_FAULTS=200.
    const auto faults = size_from_environment("SYSTEM_TESTS_FAULTS", 8);
    std::mt19937_64 random{random_seed()};
    const auto go_on_for = [&](std::chrono::milliseconds time) {
      const auto end = within(time);
      traffic.run([&] { return std::chrono::steady_clock::now() >= end; }, within(time + 10s));
    };
    for (std::size_t count = 0; count < faults; ++count) {
      switch (random() % 5) {
      case 0:
        network.cut();
        break;
      case 1:
        network.half_close();
        break;
      case 2:
        network.half_close_answers();
        break;
      case 3:
        network.set(forwarder::behaviour::hold);
        go_on_for(std::chrono::milliseconds{random() % 300});
        break;
      default: // what was swallowed leaves holes, so these connections must go
        network.set(forwarder::behaviour::discard);
        go_on_for(std::chrono::milliseconds{random() % 300});
        network.cut();
      }
      network.set(forwarder::behaviour::pass);
      REQUIRE(traffic.run_for(300, within(30s)));
    }
  });
}

TEST_CASE("a network that stands still for a moment delays and nothing else") {
  survive([](forwarder& network, load& traffic) {
    const auto accepted = network.accepted();
    for (int count = 0; count < 5; ++count) {
      network.set(forwarder::behaviour::hold);
      const auto end = within(300ms);
      traffic.run([&] { return std::chrono::steady_clock::now() >= end; }, within(10s));
      network.set(forwarder::behaviour::pass);
      REQUIRE(traffic.run_for(200, within(30s)));
    }
    CHECK(network.accepted() == accepted);
  });
}

TEST_CASE("a connection that swallows everything is given up and replaced") {
  survive([](forwarder& network, load& traffic) {
    network.set(forwarder::behaviour::discard);
    await_connections(network, traffic, 4);
    network.set(forwarder::behaviour::pass);
    network.cut(); // what was accepted meanwhile has lost bytes
  });
}

TEST_CASE("a worker that is killed leaves the others and its own acknowledged writes alone") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  const sandbox where;
  crew here{where, {.listen = "127.0.0.1:0", .store = "s=rocksdb:" + where.path("data")}};
  load traffic{here.all, {.seed = seed, .sessions = 200}};
  here.listen_during(traffic);
  REQUIRE(traffic.run_for(4'000, within(30s)));
  for (const std::size_t victim : {1u, 2u}) {
    here.all[victim]->self().signal(SIGKILL);
    REQUIRE(here.all[victim]->self().wait(within(5s)) == -SIGKILL);
    traffic.give_up(victim);
    REQUIRE(traffic.run_for(2'000, within(30s)));
  }
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, here.all);
  CHECK(here.all[0]->finish() == 0);
  CHECK(here.all[3]->finish() == 0);
  CHECK(here.server.stop() == 0);
}
