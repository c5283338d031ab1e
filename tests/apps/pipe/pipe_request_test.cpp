#include <cluster_store/apps/cluster_store/pipe/request.hpp>

#include <limits>
#include <type_traits>

#include <nlohmann/json.hpp>

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

using any = operations::any_of<std::string>;
using get_of = operations::get_of<std::string>;
using set_of = operations::set_of<std::string>;
using touch_of = operations::touch_of<std::string>;
using all_of = operations::all_of<std::string>;

template <class Operation>
Operation read_as(std::string_view line) {
  return std::get<Operation>(good(line).what);
}

} // namespace

TEST_CASE("every operation of a pipe is read with its fields") {
  const auto set = good(R"({"seq":1,"op":"set","id":"a","data":"b\n\u00e4","ttl_ms":60000})");
  CHECK(set.seq == 1);
  CHECK(set.what == any{set_of{"a", "b\n\xC3\xA4", {.ttl = time_to_live{60'000}}}});
  CHECK(read_as<set_of>(R"({"op":"set","id":"a","data":"","if_version":0,"seq":0})").how.if_version == 0);
  CHECK(read_as<set_of>(R"({"op":"set","id":"a","data_base64":"/w==","seen":7,"seq":2})").data == "\xFF");
  CHECK(good(R"({"seq":3,"op":"get","id":"x"})").what == any{get_of{"x"}});
  CHECK(read_as<get_of>(R"({"seq":3,"op":"get","id_base64":"AP8="})").id == std::string_view("\0\xFF", 2));
  CHECK(read_as<touch_of>(R"({"seq":4,"op":"touch","id":"x","ttl_ms":-1})").ttl == time_to_live{-1});
  CHECK_FALSE(read_as<touch_of>(R"({"seq":4,"op":"touch","id":"x"})").ttl);
  CHECK(good(R"({"seq":5,"op":"destroy","id":"x"})").what == any{operations::destroy_of<std::string>{"x"}});
  CHECK(good(R"({"seq":6,"op":"regenerate","id":"x","new_id":"y"})").what
        == any{operations::regenerate_of<std::string>{"x", "y"}});
  CHECK(good(R"({"seq":7,"op":"length"})").what == any{operations::length_of<std::string>{}});
  CHECK(good(R"( { "seq" : 8 , "op" : "clear" } )"
             "\r")
            .what
        == any{operations::clear_of<std::string>{}});
  CHECK(good(R"({"seq":9,"op":"all","cursor":"AAE=","prefix":"p","limit":10})").what
        == any{all_of{std::string("\0\x01", 2), "p", 10}});
  CHECK(good(R"({"seq":10,"op":"mget","ids":["a","b"]})").what
        == any{operations::mget_of<std::string>{{"a", "b"}}});
  CHECK(good(R"({"seq":11,"op":"mdestroy","ids_base64":["/w==",""]})").what
        == any{operations::mdestroy_of<std::string>{{"\xFF", ""}}});
  CHECK(good(R"({"seq":18446744073709551615,"op":"length"})").seq
        == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("every operation can be asked for by a line that holds its fields, and by one without what may be "
          "left out") {
  operations::for_each<std::string>([]<class Operation>() {
    for (const bool with_optionals : {true, false}) {
      Operation wanted;
      nlohmann::json line{{"seq", 9}, {"op", Operation::is.name}};
      Operation::visit(wanted, [&]<class T>(const operations::field& which, T& value) {
        const std::string name{which.name};
        if constexpr (std::is_same_v<T, std::vector<std::string>>)
          line[name] = value = {"a", "b"};
        else if constexpr (std::is_same_v<T, std::uint32_t>)
          line[name] = value = 77;
        else if constexpr (std::is_same_v<T, std::string>)
          value = "YWJj", line[name] = which.what == operations::field::kind::cursor ? "WVdKag==" : value;
        else if (with_optionals && which.name != "seen") // which excludes if_version
          value.emplace(5), line[name] = 5;
      });
      INFO(line.dump());
      CHECK(good(line.dump()).what == any{wanted});
      line["other"] = 1;
      CHECK_FALSE(read(line.dump()).status);
    }
  });
}

TEST_CASE("a list of ids is one, without anything else in it") {
  CHECK(good(R"({"seq":9,"op":"mget","ids":[]})").what == any{operations::mget_of<std::string>{}});
  const auto* list =
      GENERATE("\"a\"", "5", "null", "{}", "[5]", "[\"a\",null]", "[\"a\",[\"b\"]]", "[\"a\",{}]", "[true]",
               "[\"a\"],\"ids\":[\"b\"]", "[\"a\"],\"ids_base64\":[\"Yg==\"]", "[\"a\"],\"id\":\"b\"");
  const auto line = std::string{R"({"op":"mget","ids":)"} + list + R"(,"seq":9})";
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::invalid_argument);
  CHECK(seen.request.seq == 9);
  CHECK_FALSE(read(R"({"seq":9,"op":"mget"})").status);
  CHECK_FALSE(read(R"({"seq":9,"op":"mget","ids_base64":["?"]})").status);
  CHECK_FALSE(read(R"({"seq":9,"op":"get","id":["a"]})").status);
}

TEST_CASE("nothing of a line is left over in the next one") {
  pipe_request_reader reader;
  pipe_request request;
  REQUIRE(reader.read(R"({"seq":1,"op":"set","id":"a","data":"b","ttl_ms":5,"seen":3})", request));
  REQUIRE(reader.read(R"({"seq":2,"op":"set","id":"c","data":"d"})", request));
  CHECK(request.what == any{set_of{"c", "d", {}}});
  CHECK_FALSE(reader.read(R"({"seq":3,"op":"get"})", request));
  CHECK_FALSE(reader.read("{", request));
  CHECK_FALSE(request.seq);
  REQUIRE(reader.read(R"({"seq":4,"op":"all","limit":5,"prefix":"p"})", request));
  REQUIRE(reader.read(R"({"seq":5,"op":"all"})", request));
  CHECK(request.what == any{all_of{}});
  REQUIRE(reader.read(R"({"seq":6,"op":"mget","ids":["a","b"]})", request));
  REQUIRE(reader.read(R"({"seq":7,"op":"mget","ids":["c"]})", request));
  CHECK(request.what == any{operations::mget_of<std::string>{{"c"}}});
}

TEST_CASE("null is no value of any field, so it switches nothing off") {
  const auto* line = GENERATE(
      R"({"seq":9,"op":"set","id":"a","data":"x","if_version":null})",
      R"({"seq":9,"op":"set","id":"a","data":"x","seen":null})",
      R"({"seq":9,"op":"set","id":"a","data":"x","ttl_ms":null})",
      R"({"seq":9,"op":"set","id":"a","data":null,"data_base64":"eA=="})",
      R"({"seq":9,"op":"set","id":"a","id_base64":null,"data":"x"})",
      R"({"seq":9,"op":"touch","id":"a","ttl_ms":null})", R"({"seq":9,"op":"all","prefix":null})",
      R"({"seq":9,"op":"all","cursor":null})", R"({"seq":9,"op":"all","limit":null})",
      R"({"seq":9,"op":"regenerate","id":"a","new_id":null})", R"({"seq":9,"op":"length","id":null})",
      R"({"seq":9,"op":null})", R"({"seq":9,"op":"get","id":"a","\u0069f_version":null})");
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::invalid_argument);
  CHECK(seen.request.seq == 9);
}

TEST_CASE("the numbers of a line are digits in range and nothing else") {
  const auto* field = GENERATE("if_version", "seen", "ttl_ms");
  const auto* value =
      GENERATE("1.0", "1e2", "1E2", "0.0", "+1", "01", "00", "0x1", "\"1\"", "\"\"", "true", "[1]", "{}",
               "18446744073709551616", "9e18", "NaN", ".5", "1.", " ", "99999999999999999999999", "1_000");
  const auto line = R"({"seq":9,"op":"set","id":"a","data":"x",")" + std::string{field} + "\":" + value + "}";
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::invalid_argument);
  CHECK(seen.request.seq == 9);
}

TEST_CASE("a number that counts has no sign, a time to live may be far below zero") {
  for (const auto* field : {"if_version", "seen", "limit"})
    for (const auto* value : {"-0", "-1", "-18446744073709551615"}) {
      const auto line = std::string{R"({"seq":9,"op":")"} + (*field == 'l' ? "all" : "set")
                        + (*field == 'l' ? "\"," : R"(","id":"a","data":"x",)") + '"' + field + "\":" + value
                        + "}";
      INFO(line);
      CHECK_FALSE(read(line).status);
    }
  for (const auto* value :
       {"-1", "-9223372036854775808", "-9223372036854775809", "-99999999999999999999999999"}) {
    const auto line = std::string{R"({"seq":9,"op":"touch","id":"a","ttl_ms":)"} + value + "}";
    CHECK(*read_as<touch_of>(line).ttl < time_to_live{0});
  }
}

TEST_CASE("a guard is the same however its name is written, and no other name is one") {
  CHECK(read_as<set_of>(R"({"seq":9,"op":"set","id":"a","data":"x","\u0069\u0066_version":3})").how.if_version
        == 3);
  const auto* line =
      GENERATE(R"({"seq":9,"op":"set","id":"a","data":"x","If_Version":3})",
               R"({"seq":9,"op":"set","id":"a","data":"x","if_version ":3})",
               R"({"seq":9,"op":"set","id":"a","data":"x","if_version":3,"\u0069f_version":3})",
               R"({"seq":9,"op":"set","id":"a","data":"x","if_version":3,"if_version":null})");
  INFO(line);
  CHECK_FALSE(read(line).status);
}

TEST_CASE("an empty prefix is one that every id has, an empty cursor is the start, an empty text no number") {
  CHECK(good(R"({"seq":9,"op":"all","prefix":"","cursor":""})").what == any{all_of{}});
  CHECK_FALSE(read(R"({"seq":9,"op":"all","limit":""})").status);
  CHECK_FALSE(read(R"({"seq":"","op":"all"})").status);
  CHECK_FALSE(read(R"({"seq":9,"op":""})").status);
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
  const auto* line = GENERATE(
      "", "   ", "\r", "x", "[]", "5", "null", "true", "1.5", "\"text\"", "[{\"seq\":9}]", "{",
      R"({"op":"length"})", R"({"seq":null,"op":"length"})", R"({"seq":"9","op":"length"})",
      R"({"seq":-9,"op":"length"})", R"({"seq":9.0,"op":"length"})",
      R"({"seq":18446744073709551616,"op":"length"})", R"({"seq":9,"seq":9,"op":"length"})", "\xFF\xFE",
      "nul", R"({"seq":01,"op":"length"})", R"({"seq":1.0,"op":"length"})", R"({"seq":1e2,"op":"length"})",
      R"({"seq":-0,"op":"length"})", R"({"seq":9x,"op":"length"})", R"({"seq":9 9,"op":"length"})",
      R"({"seq":9)", R"({"seq":9 )", R"({"seq":9:)", R"({"seq":9])", R"({"op":"length"} {"seq":9})",
      R"({"op":"length",,"seq":9})", R"({"op":{"seq":9},"id":[{"seq":9}]})", R"({"seq":null,"seq":9})",
      R"({"seq":9,"s\u0065q":9,"op":"length"})", "{\"op\":\"\xFF\",\"seq\":9}", R"([{"seq":9},{"seq":9}])",
      R"({"SEQ":9,"op":"length"})", "{\"op\":\"a\nb\",\"seq\":9}");
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  CHECK(seen.status.error().code == errc::invalid_argument);
  CHECK_FALSE(seen.request.seq);
}

TEST_CASE("a number counts as soon as the comma or brace behind it was read") {
  const auto* line = GENERATE(R"({"seq":9,)", R"({"seq":9})", "{\"seq\" : 9 \t,", R"({"seq":9}})",
                              R"({"seq":9,"op":"le)", R"({"seq":9} {"seq":2})",
                              R"({"seq":9,"op":"length","id":01})", R"({"op":"get","seq":9,"id":"\x"})");
  INFO(line);
  CHECK_FALSE(read(line).status);
  CHECK(read(line).request.seq == 9);
}

TEST_CASE("half of a surrogate pair is called what it is, and hides no number") {
  const auto* line = GENERATE(
      R"({"seq":9,"op":"get","id":"\ud800"})", R"({"op":"get","id":"\udc00","seq":9})",
      R"({"op":"get","id":"\uD800\uD800","seq":9})", R"({"op":"get","id":"\ud800\u0041","seq":9})",
      R"({"op":"get","id":"\udc00\ud800","seq":9})", R"({"op":"get","id":"a\ud83d\ude00\ud83dx","seq":9})",
      R"({"seq":9,"op":"get","\ud800":1,"id":"a"})");
  INFO(line);
  const auto seen = read(line);
  REQUIRE_FALSE(seen.status);
  INFO(seen.status.error().message);
  CHECK(seen.status.error().message.find("is valid JSON") != std::string::npos);
  CHECK(seen.status.error().message.find("_base64") != std::string::npos);
  CHECK(seen.request.seq == 9);
  const auto broken = read(R"({"seq":9,"op":"get","id":"\ud800)");
  CHECK(broken.status.error().message.find("not valid JSON") != std::string::npos);
  CHECK(read_as<get_of>(R"({"seq":9,"op":"get","id":"\\ud800\ud83d\ude00"})").id
        == "\\ud800\xF0\x9F\x98\x80");
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
  CHECK(read_as<get_of>(R"({"seq":9,"op":"get","id":"a\u0000b"})").id == std::string_view("a\0b", 3));
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
