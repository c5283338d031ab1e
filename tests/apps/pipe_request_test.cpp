#include <cluster_store/apps/cluster_store/pipe_request.hpp>

#include <limits>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

struct outcome {
  pipe_request request;
  result<void> status;
};

outcome read(std::string_view line) {
  pipe_request_reader reader;
  outcome seen;
  seen.status = reader.read(line, seen.request);
  return seen;
}

pipe_request good(std::string_view line) {
  auto seen = read(line);
  INFO(line);
  if (!seen.status)
    FAIL(seen.status.error().message);
  return std::move(seen.request);
}

} // namespace

TEST_CASE("every operation of a pipe is read with its fields") {
  const auto set = good(R"({"seq":1,"op":"set","id":"a","data":"b\n\u00e4","ttl_ms":60000})");
  CHECK(set.seq == 1);
  CHECK(set.operation == pipe_operation::set);
  CHECK(set.id == "a");
  CHECK(set.data == "b\n\xC3\xA4");
  CHECK(set.how.ttl == time_to_live{60'000});
  CHECK_FALSE(set.how.if_version);

  CHECK(good(R"({"op":"set","id":"a","data":"","if_version":0,"seq":0})").how.if_version == 0);
  CHECK(good(R"({"op":"set","id":"a","data_base64":"/w==","seen":7,"seq":2})").data == "\xFF");
  CHECK(good(R"({"seq":3,"op":"get","id":"x"})").operation == pipe_operation::get);
  CHECK(good(R"({"seq":3,"op":"get","id_base64":"AP8="})").id == std::string_view("\0\xFF", 2));
  CHECK(good(R"({"seq":4,"op":"touch","id":"x","ttl_ms":-1})").how.ttl == time_to_live{-1});
  CHECK_FALSE(good(R"({"seq":4,"op":"touch","id":"x","ttl_ms":null})").how.ttl);
  CHECK(good(R"({"seq":5,"op":"destroy","id":"x"})").operation == pipe_operation::destroy);
  CHECK(good(R"({"seq":6,"op":"regenerate","id":"x","new_id":"y"})").new_id == "y");
  CHECK(good(R"({"seq":7,"op":"length"})").operation == pipe_operation::length);
  CHECK(good(R"( { "seq" : 8 , "op" : "clear" } )"
             "\r")
            .operation
        == pipe_operation::clear);
  const auto all = good(R"({"seq":9,"op":"all","cursor":"AAE=","prefix":"p","limit":10})");
  CHECK(all.which.cursor == std::string_view("\0\x01", 2));
  CHECK(all.which.prefix == "p");
  CHECK(all.which.rows_max == 10);
  CHECK(good(R"({"seq":18446744073709551615,"op":"length"})").seq
        == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("nothing of a line is left over in the next one") {
  pipe_request_reader reader;
  pipe_request request;
  REQUIRE(reader.read(R"({"seq":1,"op":"set","id":"a","data":"b","ttl_ms":5,"seen":3})", request));
  REQUIRE(reader.read(R"({"seq":2,"op":"set","id":"c","data":"d"})", request));
  CHECK_FALSE(request.how.ttl);
  CHECK_FALSE(request.how.seen);
  CHECK_FALSE(reader.read(R"({"seq":3,"op":"get"})", request));
  CHECK_FALSE(reader.read("{", request));
  CHECK_FALSE(request.seq);
  REQUIRE(reader.read(R"({"seq":4,"op":"all","limit":5,"prefix":"p"})", request));
  REQUIRE(reader.read(R"({"seq":5,"op":"all"})", request));
  CHECK(request.which.prefix.empty());
  CHECK(request.which.rows_max == listing_options{}.rows_max);
}

TEST_CASE("a bad line is refused and its number kept where it can be read") {
  const auto* line = GENERATE(
      R"({"seq":9})", R"({"seq":9,"op":5})", R"({"seq":9,"op":null})", R"({"seq":9,"op":"get"})",
      R"({"seq":9,"op":"get","id":5})", R"({"seq":9,"op":"get","id":null})",
      R"({"op":"get","id":["a"],"seq":9})", R"({"op":"get","id":{"seq":1},"seq":9})",
      R"({"seq":9,"op":"get","id":"a","id":"b"})", R"({"seq":9,"op":"get","id":"a","ttl_ms":5})",
      R"({"seq":9,"op":"get","id":"a","color":"red"})", R"({"seq":9,"op":"get","id":"a","id_base64":"YQ=="})",
      R"({"seq":9,"op":"set","id":"a"})", R"({"seq":9,"op":"set","id":"a","data":5})",
      R"({"seq":9,"op":"set","id":"a","data":"x","data_base64":""})",
      R"({"seq":9,"op":"set","id":"a","data_base64":"x"})",
      R"({"seq":9,"op":"set","id":"a","data":"x","ttl_ms":"5"})",
      R"({"seq":9,"op":"set","id":"a","data":"x","ttl_ms":1.5})",
      R"({"seq":9,"op":"set","id":"a","data":"x","ttl_ms":true})",
      R"({"seq":9,"op":"set","id":"a","data":"x","ttl_ms":9223372036854775808})",
      R"({"seq":9,"op":"set","id":"a","data":"x","ttl_ms":1e999})",
      R"({"seq":9,"op":"set","id":"a","data":"x","if_version":-1})",
      R"({"seq":9,"op":"set","id":"a","data":"x","if_version":18446744073709551616})",
      R"({"seq":9,"op":"set","id":"a","data":"x","if_version":1,"seen":1})",
      R"({"seq":9,"op":"regenerate","id":"a"})", R"({"seq":9,"op":"all","limit":0})",
      R"({"seq":9,"op":"all","limit":10001})", R"({"seq":9,"op":"all","cursor":"?"})",
      R"({"seq":9,"op":"length","id":"a"})", R"({"seq":9,"op":"length")", R"({"seq":9,"op":"length"}})",
      R"({"seq":9,"op":"length"} {})", R"({"seq":9,"op":"length",})", R"({"seq":9,'op':"length"})",
      "{\"seq\":9,\"op\":\"get\",\"id\":\"\xFF\"}", "{\"seq\":9,\"op\":\"get\",\"id\":\"a\tb\"}",
      R"({"seq":9,"op":"get","id":"\ud800"})");
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::invalid_argument);
  CHECK_FALSE(seen.status.error().message.empty());
  CHECK(seen.request.seq == 9);
}

TEST_CASE("a line without a readable number is refused without one") {
  const auto* line = GENERATE("", "   ", "\r", "x", "[]", "5", "null", "true", "1.5", "\"text\"",
                              "[{\"seq\":9}]", "{", R"({"op":"length"})", R"({"seq":null,"op":"length"})",
                              R"({"seq":"9","op":"length"})", R"({"seq":-9,"op":"length"})",
                              R"({"seq":9.0,"op":"length"})", R"({"seq":18446744073709551616,"op":"length"})",
                              R"({"seq":9,"seq":9,"op":"length"})", "\xFF\xFE", "nul");
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::invalid_argument);
  CHECK_FALSE(seen.request.seq);
}

TEST_CASE("an unknown operation is unsupported") {
  const auto seen = read(R"({"seq":9,"op":"increment","id":"a"})");
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::unsupported);
  CHECK(seen.status.error().message.find("'increment'") != std::string::npos);
  CHECK(seen.request.seq == 9);
}

TEST_CASE("a NUL does not end a line early") {
  const std::string_view tail{"{\"seq\":9,\"op\":\"length\"}\0{", 24};
  const std::string_view inside{"{\"seq\":9,\"op\":\"get\",\"id\":\"a\0b\"}", 31};
  for (const auto line : {tail, inside}) {
    const auto seen = read(line);
    REQUIRE_FALSE(seen.status);
    CHECK(seen.status.error().message.find("NUL") != std::string::npos);
    CHECK(seen.request.seq == 9);
  }
  CHECK(good(R"({"seq":9,"op":"get","id":"a\u0000b"})").id == std::string_view("a\0b", 3));
}

TEST_CASE("a deeply nested line is refused without being followed down") {
  for (const auto* opening : {"[", "{\"a\":"}) {
    std::string line = R"({"seq":9,"op":)";
    for (int level = 0; level < 100'000; ++level)
      line += opening;
    const auto seen = read(line);
    REQUIRE_FALSE(seen.status);
    CHECK(seen.status.error().code == errc::invalid_argument);
    CHECK(seen.request.seq == 9);
  }
}

TEST_CASE("refusals show no session id") {
  const auto seen = read(R"({"seq":9,"op":"get","id":"secret-id","ttl_ms":1})");
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().message.find("secret-id") == std::string::npos);
}
