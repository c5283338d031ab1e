#include <cluster_store/apps/bench/report/report.hpp>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;
using std::chrono::microseconds;

namespace {

/// Two rounds of 100 and 200 operations a second, beside a peer that did 50 and 100.
bench_report some_report() {
  bench_report report;
  report.how.versus = peer_kind::redis;
  report.how.workers = 2;
  report.how.load.in_flight = 32;
  report.where = "unix:socket";
  for (const std::uint64_t operations : {200u, 100u, 100u}) {
    const auto round = std::make_unique<round_result>();
    round->operations = operations;
    round->time = std::chrono::seconds{1};
    for (std::uint64_t each = 0; each < operations; ++each)
      round->latencies.add(microseconds{10});
    report.add(*round);
  }
  report.resources = {1.5, 2.5, 1'048'576, 2'097'152, 300};
  report.versus = peer_report{"redis", {{50, 20, 80}, {100, 40, 40}, {50, 20, 40}}, 400};
  return report;
}

} // namespace

TEST_CASE("a ratio divides the medians, ours by theirs") {
  const auto ratio = some_report().ratio();
  CHECK(ratio.operations_per_second == 2);
  REQUIRE(ratio.p50);
  CHECK(*ratio.p50 == Approx(0.5).epsilon(0.01)); // a histogram rounds up
  REQUIRE(ratio.p99);
  CHECK(*ratio.p99 == Approx(0.25).epsilon(0.01));
  CHECK(ratio.memory_per_session == 0.75);
}

TEST_CASE("a ratio to what the peer does not tell is absent") {
  auto report = some_report();
  report.versus = peer_report{"rocksdb", {{0, {}, {}}}, {}};
  const auto ratio = report.ratio();
  CHECK(ratio.operations_per_second == 0);
  CHECK_FALSE(ratio.p50);
  CHECK_FALSE(ratio.p99);
  CHECK_FALSE(ratio.memory_per_session);
}

TEST_CASE("the self check wants nine tenths of what the driver sees of Redis alone") {
  const peer_report versus{"redis", {{90, {}, {}}}, {}};
  CHECK(check_against(100, 100, versus).ok());
  CHECK(check_against(100, 100, versus).ratio == Approx(0.9));
  CHECK_FALSE(check_against(100, 101, versus).ok());
  CHECK_FALSE(check_against(100, 0, versus).ok());
}

TEST_CASE("the self check wants the driver to see nearly what redis-benchmark sees") {
  const peer_report versus{"redis", {{95, {}, {}}}, {}};
  CHECK(check_against(100, 95, versus).ok());
  CHECK(check_against(100, 95, versus).driver == Approx(0.95));
  CHECK(check_against(50, 95, versus).ok());
  CHECK_FALSE(check_against(101, 95, versus).ok());
  CHECK_FALSE(check_against(0, 95, versus).ok());
}

TEST_CASE("the JSON of a report is one line that says all") {
  auto report = some_report();
  report.check = check_against(100, 98, *report.versus);
  report.sweep.push_back({64, {1'000, 5, 9}, round_figures{500, 6, 10}});
  report.sweep.push_back({128, {2'000, {}, {}}, {}});
  const auto text = report_json(report);
  CHECK(text.find('\n') == text.size() - 1);
  const auto read = nlohmann::json::parse(text);
  CHECK(read["workload"] == "get");
  CHECK(read["operations_per_second"] == 100);
  CHECK(read["rounds"] == nlohmann::json{200, 100, 100});
  CHECK(read["operations"] == 400);
  CHECK(read["errors"] == 0);
  CHECK(read["cpu_seconds_per_million_operations"]["master"] == 2.5);
  CHECK(read["peak_memory_bytes"]["worker"] == 1'048'576);
  CHECK(read["memory_per_session_bytes"] == 300);
  CHECK(read["peer"]["name"] == "redis");
  CHECK(read["peer"]["connections"] == 2);
  CHECK(read["peer"]["in_flight"] == 32);
  CHECK(read["peer"]["operations_per_second"] == 50);
  CHECK(read["ratio"]["operations_per_second"] == 2);
  CHECK(read["ratio"]["memory_per_session"] == 0.75);
  CHECK(read["self_check"]["driver"] == Approx(0.98));
  CHECK(read["self_check"]["ok"] == false);
  CHECK(read["sweep"][0]["peer"]["p99_microseconds"] == 10);
  CHECK(read["sweep"][1]["p99_microseconds"].is_null());
  CHECK_FALSE(read["sweep"][1].contains("peer"));
}

TEST_CASE("a report without a peer compares nothing") {
  auto report = some_report();
  report.versus.reset();
  report.resources = {};
  const auto read = nlohmann::json::parse(report_json(report));
  for (const auto* key : {"peer", "ratio", "self_check", "sweep"})
    CHECK_FALSE(read.contains(key));
  CHECK(read["memory_per_session_bytes"].is_null());
  CHECK(report_text(report).find("redis") == std::string::npos);
}

TEST_CASE("the report for people names shape, ratio and self check") {
  auto report = some_report();
  report.check = check_against(100, 98, *report.versus);
  const auto text = report_text(report);
  CHECK(text.find("op/s 2.00, p50 0.5") != std::string::npos);
  CHECK(text.find("memory per session 0.75 (400 bytes each there)") != std::string::npos);
  CHECK(text.find("cluster-store: 2 workers with 32 in flight; redis: 2 connections with 32 in flight\n")
        != std::string::npos);
  CHECK(text.find("the driver of this program alone 0.98 of that") != std::string::npos);
  CHECK(text.find("do not trust this run") != std::string::npos);
}
