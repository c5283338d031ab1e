#include <cluster_store/apps/bench/peers/redis_benchmark.hpp>
#include <cluster_store/apps/bench/peers/redis_peer.hpp>
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

TEST_CASE("the CSV of redis-benchmark 6.2 and newer has rate and latencies") {
  const auto read = parse_redis_benchmark_csv(
      "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\",\"p99_"
      "latency_"
      "ms\",\"max_latency_ms\"\n\"GET\",\"123456.78\",\"0.3\",\"0.1\",\"0.215\",\"0.3\",\"0.415\",\"5.1\"\n");
  REQUIRE(read);
  CHECK(read->operations_per_second == 123456.78);
  CHECK(read->p50_microseconds == Approx(215));
  CHECK(read->p99_microseconds == Approx(415));
}

TEST_CASE("the CSV of an older redis-benchmark has a rate only") {
  const auto read = parse_redis_benchmark_csv("\"SET\",\"5000.00\"\n");
  REQUIRE(read);
  CHECK(read->operations_per_second == 5'000);
  CHECK_FALSE(read->p50_microseconds);
}

TEST_CASE("commas in the name of a test and lines before the CSV do not matter") {
  const auto read = parse_redis_benchmark_csv(
      "WARNING: something\n\"test\",\"rps\",\"p50_latency_ms\"\n\"EXPIRE a,b 1800\",\"10.5\",\"1.0\"");
  REQUIRE(read);
  CHECK(read->operations_per_second == 10.5);
  CHECK(read->p50_microseconds == Approx(1'000));
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
  how.what = workload::set;
  how.keys = 1'000;
  how.value_bytes = 512;
  const auto arguments = redis_benchmark_arguments({"/run/socket", 0}, how, {1'024, 50, 16}, 70'000);
  CHECK(value_of(arguments, "-s") == "/run/socket");
  CHECK(value_of(arguments, "-c") == "50");
  CHECK(value_of(arguments, "-P") == "16");
  CHECK(value_of(arguments, "-r") == "1000");
  CHECK(value_of(arguments, "-d") == "512");
  CHECK(value_of(arguments, "-n") == "70000");
  CHECK(value_of(arguments, "-t") == "set");
}

TEST_CASE("a touch is an EXPIRE of a random key for as long as ours") {
  load_settings how;
  how.what = workload::touch;
  const auto arguments = redis_benchmark_arguments({{}, 7'000}, how, {}, 1);
  CHECK(value_of(arguments, "-p") == "7000");
  CHECK(value_of(arguments, "EXPIRE") == "key:__rand_int__");
  CHECK(arguments.back() == "1800");
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

TEST_CASE("a sweep asks Redis for as much at once as the store") {
  CHECK(redis_shape_for(1).connections == 1);
  CHECK(redis_shape_for(1).pipeline == 1);
  CHECK(redis_shape_for(32).connections == 32);
  CHECK(redis_shape_for(32).pipeline == 1);
  CHECK(redis_shape_for(1'024).connections == 50);
  CHECK(redis_shape_for(1'024).pipeline == 20);
}
