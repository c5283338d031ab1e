#include <cluster_store/apps/bench/settings.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

/// @returns what settings are refused for; empty if they are not.
std::string refusal(const bench_settings& how) {
  const auto good = check_settings(how);
  if (!good)
    CHECK(good.error().code == errc::invalid_argument);
  return good ? "" : good.error().message;
}

} // namespace

TEST_CASE("what is measured by default goes together, also with Redis") {
  bench_settings how;
  CHECK(refusal(how).empty());
  how.versus = peer_kind::redis;
  CHECK(refusal(how).empty());
}

TEST_CASE("Redis is compared in every shape of load") {
  bench_settings how;
  how.versus = peer_kind::redis;
  how.workers = 2;
  for (const auto picks : {distribution::uniform, distribution::zipf})
    for (const auto& each : workloads) {
      how.load.what = each.what;
      how.load.picks = picks;
      CHECK(refusal(how).empty());
    }
}

TEST_CASE("the engine alone is compared only in what it can do, too") {
  bench_settings how;
  how.versus = peer_kind::rocksdb;
  how.backend = "rocksdb:data";
  for (const auto what : {workload::touch, workload::mixed, workload::web}) {
    how.load.what = what;
    CHECK(refusal(how).find("use get or set") != std::string::npos);
  }
  how.load.what = workload::set;
  CHECK(refusal(how).empty());
  how.backend = "memory:";
  CHECK(refusal(how).find("--backend rocksdb:PATH") != std::string::npos);
}

TEST_CASE("peers are started alike, so a master that runs already cannot be compared") {
  bench_settings how;
  how.connect = "127.0.0.1:7401";
  CHECK(refusal(how).empty());
  how.versus = peer_kind::redis;
  CHECK(refusal(how).find("--connect") != std::string::npos);
}

TEST_CASE("a standalone store has one process") {
  bench_settings how;
  how.mode = "standalone";
  CHECK(refusal(how).empty());
  how.workers = 2;
  CHECK_FALSE(refusal(how).empty());
  how.workers = 1;
  how.pin = pinning::apart;
  CHECK_FALSE(refusal(how).empty());
  how.pin = pinning::together;
  CHECK(refusal(how).empty());
  how.connect = "127.0.0.1:7401";
  CHECK_FALSE(refusal(how).empty());
}

TEST_CASE("a round takes time") {
  bench_settings how;
  how.round = {};
  CHECK_FALSE(refusal(how).empty());
}

TEST_CASE("a sweep needs room for all that it has in flight") {
  bench_settings how;
  CHECK(how.in_flight_max() == how.load.in_flight);
  how.plot_file = "plot.svg";
  CHECK(how.in_flight_max() == sweep_in_flight_max);
  how.load.in_flight = 10'000;
  CHECK(how.in_flight_max() == 10'000);
}
