#include <cluster_store/apps/cluster_store/pipe/answer.hpp>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using nlohmann::json;

namespace {

constexpr answer_key seven{answer_key::kind::seq, 7};

template <class F>
std::string written(F&& append) {
  std::string out;
  append(out);
  return out;
}

} // namespace

TEST_CASE("answers of a pipe are the documented lines") {
  CHECK(written([](auto& out) { append_answer(out, seven, std::uint64_t{3}, "version"); })
        == "{\"seq\":7,\"ok\":true,\"version\":3}\n");
  CHECK(written([](auto& out) { append_answer(out, seven, false, "touched"); })
        == "{\"seq\":7,\"ok\":true,\"touched\":false}\n");
  CHECK(written([](auto& out) { append_answer(out, seven, std::optional<session>{}); })
        == "{\"seq\":7,\"ok\":true,\"found\":false}\n");
  CHECK(written([](auto& out) {
          append_answer(out, seven, std::optional{session{"x", 3, time_to_live{59'990}}});
        })
        == "{\"seq\":7,\"ok\":true,\"found\":true,\"data\":\"x\",\"version\":3,\"ttl_ms\":59990}\n");
  CHECK(written([](auto& out) {
          append_answer(out, seven, std::optional{session{"\xFF", 3, {}}});
        })
        == "{\"seq\":7,\"ok\":true,\"found\":true,\"data_base64\":\"/w==\",\"version\":3}\n");
  CHECK(written([](auto& out) { append_answer(out, seven, std::optional<version_number>{4}); })
        == "{\"seq\":7,\"ok\":true,\"regenerated\":true,\"version\":4}\n");
  CHECK(written([](auto& out) { append_answer(out, seven, std::optional<version_number>{}); })
        == "{\"seq\":7,\"ok\":true,\"regenerated\":false}\n");
  CHECK(written([](auto& out) {
          append_failure(out, {answer_key::kind::line, 2}, {errc::too_large, "a \"b\""});
        })
        == "{\"line\":2,\"ok\":false,\"error\":\"too_large\",\"message\":\"a \\\"b\\\"\"}\n");
  CHECK(written([](auto& out) { append_answer(out, {}, std::uint64_t{0}, "count"); })
        == "{\"ok\":true,\"count\":0}\n");
}

TEST_CASE("a page of a listing shows every session and where to go on") {
  const listing page{{{"a", {"1", 1, {}}}, {"\xFE", {"\xFF", 2, time_to_live{5}}}}, std::string("\0\xFF", 2)};
  const auto answer = json::parse(written([&](auto& out) { append_answer(out, seven, page); }));
  CHECK(answer["sessions"] == json::parse(R"([{"id":"a","data":"1","version":1},
                           {"id_base64":"/g==","data_base64":"/w==","version":2,"ttl_ms":5}])"));
  CHECK(answer["cursor"] == "AP8=");
  CHECK(json::parse(written([](auto& out) { append_answer(out, seven, listing{}); }))
        == json::parse(R"({"seq":7,"ok":true,"sessions":[],"cursor":""})"));
}
