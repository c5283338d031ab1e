#include <cluster_store/backends/whole_number.hpp>

#include <string>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::errc;
using cluster_store::parse_whole_number;

TEST_CASE("a whole number is its decimal digits") {
  CHECK(parse_whole_number("0") == 0);
  CHECK(parse_whole_number("7") == 7);
  CHECK(parse_whole_number("65536", 1, 65'536) == 65'536);
  CHECK(parse_whole_number("18446744073709551615") == UINT64_MAX);
}

TEST_CASE("what is not decimal digits alone is no number") {
  for (const std::string text : {"",
                                 " ",
                                 "-1",
                                 "+1",
                                 "-0",
                                 " 1",
                                 "1 ",
                                 "1\n",
                                 "01",
                                 "00",
                                 "007",
                                 "0x10",
                                 "1e3",
                                 "1.0",
                                 "1_000",
                                 "1'000",
                                 "١",
                                 "seven",
                                 "18446744073709551616",
                                 "99999999999999999999999999999999999999999"}) {
    CAPTURE(text);
    const auto number = parse_whole_number(text);
    REQUIRE_FALSE(number);
    CHECK(number.error().code == errc::invalid_argument);
    CHECK(number.error().message.find("'" + text.substr(0, 40) + "'") == 0);
  }
  CHECK_FALSE(parse_whole_number(std::string("1\0", 2)));
}

TEST_CASE("a number outside its range is refused with the range") {
  for (const std::string text : {"0", "11", "18446744073709551615"}) {
    const auto number = parse_whole_number(text, 1, 10);
    REQUIRE_FALSE(number);
    CHECK(number.error().message.find("from 1 to 10") != std::string::npos);
  }
}
