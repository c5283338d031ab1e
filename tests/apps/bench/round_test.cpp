#include <cluster_store/apps/bench/round.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using std::chrono::nanoseconds;

namespace {

std::unique_ptr<round_result> some_round() {
  auto round = std::make_unique<round_result>();
  round->operations = 3;
  round->errors = 1;
  round->time = std::chrono::seconds{2};
  for (const int time : {1'000, 2'000, 900'000})
    round->latencies.add(nanoseconds{time});
  round->first_error = error{errc::unavailable, "the master is away:\nstart it"};
  return round;
}

} // namespace

TEST_CASE("a round that is written as a line is read as the same round") {
  const auto round = some_round();
  const auto line = encode_round(*round);
  CHECK(line.find('\n') == std::string::npos);
  const auto read = decode_round(line);
  REQUIRE(read);
  CHECK((*read)->operations == 3);
  CHECK((*read)->errors == 1);
  CHECK((*read)->time == std::chrono::seconds{2});
  CHECK((*read)->latencies.text() == round->latencies.text());
  CHECK((*read)->first_error == error{errc::unavailable, "the master is away: start it"});
}

TEST_CASE("a round without operations or errors is written and read, too") {
  const auto read = decode_round(encode_round(*std::make_unique<round_result>()));
  REQUIRE(read);
  CHECK((*read)->operations == 0);
  CHECK((*read)->latencies.count() == 0);
  CHECK((*read)->operations_per_second() == 0);
  CHECK_FALSE((*read)->first_error);
}

TEST_CASE("a line that is no round is refused") {
  for (const auto* line : {"", "1", "1 0 5", "1 0 x -", "1 0 -5 -", "1 0 5 3", "1 0 5 3:", "1 0 5 3:1,",
                           "1 0 5 3:1;4:1", "1 0 5 99999999:1", "killed"}) {
    INFO(line);
    const auto read = decode_round(line);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::corrupt);
  }
}

TEST_CASE("rounds of several processes add up over the longest time") {
  const auto one = some_round();
  const auto two = some_round();
  two->time = std::chrono::seconds{3};
  one->add(*two);
  CHECK(one->operations == 6);
  CHECK(one->errors == 2);
  CHECK(one->latencies.count() == 6);
  CHECK(one->operations_per_second() == 2);
}

TEST_CASE("the median is the middle one, the lower one of two, and nothing of nothing is zero") {
  CHECK(median(std::vector<double>{}) == 0);
  CHECK(median(std::vector<double>{3, 1, 2}) == 2);
  CHECK(median(std::vector<double>{4, 1, 2, 3}) == 2);
}

TEST_CASE("each figure has its own median and absent ones do not count") {
  const auto middle = median(std::vector<round_figures>{{100, 5, {}}, {300, 1, {}}, {200, {}, {}}});
  CHECK(middle.operations_per_second == 200);
  CHECK(middle.p50_microseconds == 1);
  CHECK_FALSE(middle.p99_microseconds);
}
