#include <cluster_store/apps/support/duration.hpp>

#include <cluster_store/backends/session.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using namespace std::chrono_literals;

TEST_CASE("a duration is read as people write it") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("1s") == 1s);
  CHECK(parse_duration("30m") == 30min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("2d1h1m1s1ms") == 49h + 1min + 1s + 1ms);
  CHECK(parse_duration("0s") == 0ms);
  CHECK(parse_duration("36525d") == ttl_max);
}

TEST_CASE("a number without a unit is refused with a hint") {
  const auto outcome = parse_duration("30");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_argument);
  CHECK(outcome.error().message.find("write 30s for seconds") != std::string::npos);
  CHECK_FALSE(parse_duration("1h30"));
}

TEST_CASE("what is not a duration is refused") {
  const auto* text = GENERATE("", "m", "-5s", "1.5h", "5 s", " 5s", "5s ", "5x", "5S", "30m1h", "1m1m",
                              "5ms5s", "36525d1ms", "030m", "00s", "1h05m", "+5s", "\t5s",
                              "99999999999999999999s", "9223372036854775807ms", "1e3s", "0x10s");
  INFO(text);
  const auto outcome = parse_duration(text);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_argument);
}

TEST_CASE("a duration is written as it is read") {
  CHECK(duration_text(0ms) == "0s");
  CHECK(duration_text(90min) == "1h30m");
  CHECK(duration_text(-1500ms) == "-1s500ms");
  for (const auto time : {1ms, 999ms, 61'001ms, 86'400'000ms, ttl_max})
    CHECK(parse_duration(duration_text(time)) == time);
}
