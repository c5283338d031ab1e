#include <cluster_store/apps/bench/peers/redis_exchange.hpp>

#include <algorithm>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using namespace std::chrono_literals;

namespace {

constexpr redis_exchange::time_point start{};

/// @returns how many commands a text has.
auto commands_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '*');
}

/// @returns what a session of 4 bytes is told to Redis.
std::string command(workload what, const operation& wanted) {
  load_settings how;
  how.what = what;
  how.value_bytes = 4;
  std::string out;
  redis_commands{how}.append(wanted, out);
  return out;
}

} // namespace

TEST_CASE("operations are commands of Redis, and sessions live as long as those of the store") {
  const std::string value{value_text{4}.value_of(7)};
  CHECK(command(workload::get, {operation_kind::get, 7}) == "*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000007\r\n");
  CHECK(command(workload::mixed, {operation_kind::set, 7})
        == "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000007\r\n$4\r\n" + value + "\r\n");
  CHECK(command(workload::web, {operation_kind::set, 7})
        == "*5\r\n$3\r\nSET\r\n$16\r\nkey:000000000007\r\n$4\r\n" + value
               + "\r\n$2\r\nPX\r\n$7\r\n1800000\r\n");
  CHECK(command(workload::web, {operation_kind::touch, 7})
        == "*3\r\n$7\r\nPEXPIRE\r\n$16\r\nkey:000000000007\r\n$7\r\n1800000\r\n");
}

TEST_CASE("each answer is followed by one command until the round ends") {
  redis_exchange exchange{{}};
  std::string out;
  exchange.begin(3, start, start + 1s, out);
  CHECK(commands_in(out) == 3);

  exchange.answered({}, start + 10us, out);
  exchange.answered({}, start + 20us, out);
  CHECK(commands_in(out) == 5);

  for (int left = 3; left > 0; --left) {
    REQUIRE(exchange.is_answer_due());
    exchange.answered({}, start + 2s, out);
  }
  CHECK(commands_in(out) == 5);
  CHECK_FALSE(exchange.is_answer_due());
  const auto round = exchange.take_round();
  CHECK(round->operations == 5);
  CHECK(round->errors == 0);
  CHECK(round->time == 2s);
  CHECK(round->latencies.percentile(0.2) >= 10us);
  CHECK(round->latencies.percentile(0.2) < 11us);
  CHECK(round->latencies.percentile(1) >= 2s);
}

TEST_CASE("the answers of web's gets are each followed by a command for the same session") {
  load_settings how;
  how.what = workload::web;
  how.value_bytes = 0;
  redis_exchange exchange{how};
  std::string out;
  exchange.begin(8, start, start + 1s, out);
  for (int request = 0; request < 800; ++request) {
    CHECK(exchange.due() == operation_kind::get);
    std::string second;
    exchange.answered({}, start + 1ms, second);
    CHECK(commands_in(second) == 1);
    CHECK(second.find("GET") == std::string::npos);
    const auto key = second.substr(second.find("key:"), 16);
    CHECK(out.find(key) != std::string::npos);
    if (request % 8 < 7)
      continue;
    out.clear();
    for (int each = 0; each < 8; ++each) {
      CHECK(exchange.due() != operation_kind::get);
      exchange.answered({}, start + 1ms, out);
    }
  }
}

TEST_CASE("an answer that is not good is an error and nothing follows it") {
  redis_exchange exchange{{}};
  std::string out;
  exchange.begin(2, start, start + 1s, out);
  exchange.answered(fail(errc::corrupt, "missing"), start + 1ms, out);
  CHECK(commands_in(out) == 2);
  exchange.answered({}, start + 1ms, out);
  CHECK(commands_in(out) == 3);

  exchange.lost({errc::unavailable, "away"}, start + 2ms);
  CHECK_FALSE(exchange.is_answer_due());
  const auto round = exchange.take_round();
  CHECK(round->operations == 1);
  CHECK(round->errors == 2);
  CHECK(round->first_error == error{errc::corrupt, "missing"});
  CHECK(round->time == 2ms);
}

TEST_CASE("a round after a lost one sends its own commands only") {
  redis_exchange exchange{{}};
  std::string out;
  exchange.begin(4, start, start + 1s, out);
  exchange.lost({errc::unavailable, "away"}, start + 1ms);
  out.clear();
  exchange.begin(1, start, start + 1s, out);
  CHECK(commands_in(out) == 1);
  exchange.answered({}, start + 1s, out);
  CHECK(exchange.take_round()->operations == 1);
}
