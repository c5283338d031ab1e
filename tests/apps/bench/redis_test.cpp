#include <cluster_store/apps/bench/peers/redis_benchmark.hpp>
#include <cluster_store/apps/bench/peers/redis_server.hpp>

#include <algorithm>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

/// @returns what follows a flag.
std::string value_of(const std::vector<std::string>& arguments, const std::string& flag) {
  const auto found = std::find(arguments.begin(), arguments.end(), flag);
  return found == arguments.end() || found + 1 == arguments.end() ? "(none)" : *(found + 1);
}

} // namespace

TEST_CASE("the CSV of redis-benchmark 6.2 and newer has a heading, a rate and latencies") {
  CHECK(parse_redis_benchmark_csv(
            "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\","
            "\"p99_latency_ms\",\"max_latency_ms\"\n"
            "\"GET\",\"123456.78\",\"0.3\",\"0.1\",\"0.215\",\"0.3\",\"0.415\",\"5.1\"\n")
        == 123456.78);
}

TEST_CASE("the CSV of an older redis-benchmark has a rate only") {
  CHECK(parse_redis_benchmark_csv("\"SET\",\"5000.00\"\n") == 5'000);
}

TEST_CASE("commas in the name of a test and lines before the CSV do not matter") {
  CHECK(parse_redis_benchmark_csv(
            "WARNING: something\n\"test\",\"rps\",\"p50_latency_ms\"\n\"EXPIRE a,b 1800\",\"10.5\",\"1.0\"")
        == 10.5);
}

TEST_CASE("a text without a rate is refused") {
  for (const auto* text :
       {"", "\n", "\"test\",\"rps\"\n", "\"GET\",\"fast\"\n", "Could not connect to Redis"}) {
    INFO(text);
    const auto read = parse_redis_benchmark_csv(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::corrupt);
  }
}

TEST_CASE("redis-benchmark is told the same sizes that the store has") {
  load_settings how;
  how.keys = 1'000;
  how.value_bytes = 512;
  const auto arguments =
      redis_benchmark_arguments({"/run/socket", 0}, how, operation_kind::set, {2, 16}, 69'985);
  CHECK(value_of(arguments, "-s") == "/run/socket");
  CHECK(value_of(arguments, "-c") == "2");
  CHECK(value_of(arguments, "-P") == "16");
  CHECK(value_of(arguments, "-r") == "1000");
  CHECK(value_of(arguments, "-d") == "512");
  CHECK(value_of(arguments, "-n") == "70000"); // whole pipelines
  CHECK(value_of(arguments, "-t") == "set");
}

TEST_CASE("redis-benchmark touches random keys for as long as ours") {
  load_settings how;
  how.what = workload::web;
  const auto arguments = redis_benchmark_arguments({{}, 7'000}, how, operation_kind::touch, {}, 1);
  CHECK(value_of(arguments, "-p") == "7000");
  CHECK(value_of(arguments, "PEXPIRE") == "key:__rand_int__");
  CHECK(arguments.back() == "1800000");
  CHECK(value_of(arguments, "-t") == "(none)");
}

TEST_CASE("Redis promises for power loss what the store promises") {
  CHECK(redis_policy_for("memory:") == redis_policy::memory);
  CHECK(redis_policy_for("rocksdb:data") == redis_policy::always);
  CHECK(redis_policy_for("rocksdb:data?sync=always") == redis_policy::always);
  CHECK(redis_policy_for("rocksdb:data?sync=interval") == redis_policy::interval);
  CHECK(redis_policy_for("rocksdb:data?cache_bytes=1048576&sync=never") == redis_policy::never);
  CHECK_FALSE(redis_policy_for("rocksdb"));

  const redis_address where{"/run/socket", 0};
  const auto memory = redis_server_arguments(redis_policy::memory, where, "data");
  CHECK(value_of(memory, "--save").empty());
  CHECK(value_of(memory, "--appendonly") == "no");
  CHECK(value_of(memory, "--unixsocket") == "/run/socket");
  const auto always = redis_server_arguments(redis_policy::always, where, "data");
  CHECK(value_of(always, "--save").empty());
  CHECK(value_of(always, "--appendonly") == "yes");
  CHECK(value_of(always, "--appendfsync") == "always");
  CHECK(value_of(always, "--dir") == "data");
  CHECK(value_of(redis_server_arguments(redis_policy::interval, where, "data"), "--appendfsync")
        == "everysec");
  CHECK(value_of(redis_server_arguments(redis_policy::never, {{}, 7'000}, "data"), "--appendfsync") == "no");
  CHECK(value_of(redis_server_arguments(redis_policy::never, {{}, 7'000}, "data"), "--bind") == "127.0.0.1");
}

TEST_CASE("the files of a peer are beside those of the store") {
  CHECK(directory_beside("memory:").empty());
  CHECK(directory_beside("rocksdb:/var/lib/app/store?sync=never") == "/var/lib/app");
  CHECK(directory_beside("rocksdb:/var/lib/app/store/") == "/var/lib/app");
}
