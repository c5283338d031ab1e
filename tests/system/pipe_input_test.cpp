#include <set>
#include <sstream>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;

namespace {

/// A master, and pipes that are fed one after the other.
class kitchen {
public:
  kitchen() : server_(where_, {.listen = "unix:" + where_.path("store.sock")}) { server_.start(); }

  ~kitchen() { CHECK(server_.stop() == 0); }

  /// Runs `input` through a pipe. @returns its answers; the master must serve on.
  std::vector<json> feed(std::string_view input) {
    const auto done = server_.run({"pipe"}, input);
    INFO(done.errors);
    CHECK(done.code == 0);
    CHECK((done.output.empty() || done.output.back() == '\n'));
    std::vector<json> answers;
    std::istringstream lines{done.output};
    for (std::string line; std::getline(lines, line);)
      answers.push_back(json::parse(line));
    CHECK_FALSE(server_.self().ended());
    return answers;
  }

private:
  sandbox where_;
  master server_;
};

/// A line that is answered with an error.
struct bad_line {
  std::string text;
  std::string error;
  std::string mentions;
  bool has_seq = true; ///< Whether the answer can name seq 7; else it names its line.
};

void expect_error(const bad_line& line, const json& answer, std::size_t number) {
  INFO(line.text.substr(0, 200));
  INFO(answer.dump());
  CHECK(answer["ok"] == false);
  CHECK(answer["error"] == line.error);
  CHECK(answer["message"].get<std::string>().find(line.mentions) != std::string::npos);
  CHECK(answer["message"].get<std::string>().size() < 1'000);
  if (line.has_seq)
    CHECK(answer["seq"] == 7);
  else
    CHECK(answer["line"] == number);
}

} // namespace

TEST_CASE("each bad line of a pipe gets one answer that says what is wrong") {
  const std::vector<bad_line> lines{
      {"", "invalid_argument", "empty", false},
      {"   ", "invalid_argument", "empty", false},
      {"garbage", "invalid_argument", "JSON", false},
      {"{", "invalid_argument", "JSON", false},
      {"{\"seq\":7,\"op\":\"get\",\"id\":\"a\"", "invalid_argument", "JSON"},
      {"[1,2,3]", "invalid_argument", "object", false},
      {"7", "invalid_argument", "object", false},
      {"null", "invalid_argument", "object", false},
      {"\"text\"", "invalid_argument", "object", false},
      {"{}", "invalid_argument", "op", false},
      {R"({"op":"get","id":"a"})", "invalid_argument", "seq", false},
      {R"({"seq":7})", "invalid_argument", "op"},
      {R"({"seq":7,"op":"get"})", "invalid_argument", "id"},
      {R"({"seq":7,"op":"set","id":"a"})", "invalid_argument", "data"},
      {R"({"seq":7,"op":"fly","id":"a"})", "unsupported", "fly"},
      {R"({"seq":7,"op":7,"id":"a"})", "invalid_argument", "op"},
      {R"({"seq":7,"op":"get","id":7})", "invalid_argument", "id"},
      {R"({"seq":7,"op":"get","id":["a"]})", "invalid_argument", "id"},
      {R"({"seq":7,"op":"get","id":{"a":{"b":1}}})", "invalid_argument", "id"},
      {R"({"seq":7,"op":"get","id":""})", "invalid_argument", "id"},
      {R"({"seq":"7","op":"get","id":"a"})", "invalid_argument", "seq", false},
      {R"({"seq":-7,"op":"get","id":"a"})", "invalid_argument", "seq", false},
      {R"({"seq":7.5,"op":"get","id":"a"})", "invalid_argument", "seq", false},
      {R"({"seq":99999999999999999999999,"op":"get","id":"a"})", "invalid_argument", "seq", false},
      {R"({"seq":7,"op":"set","id":"a","data":7})", "invalid_argument", "data"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","data_base64":"eA=="})", "invalid_argument", "data_base64"},
      {R"({"seq":7,"op":"set","id":"a","data_base64":"***"})", "invalid_argument", "data_base64"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","ttl_ms":"soon"})", "invalid_argument", "ttl_ms"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","ttl_ms":1.5})", "invalid_argument", "ttl_ms"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","ttl_ms":9223372036854775807})", "invalid_argument", "ttl"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","ttl_ms":-1e30})", "invalid_argument", "ttl"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","if_version":null})", "invalid_argument", "null"},
      {R"({"seq":07,"op":"get","id":"a"})", "invalid_argument", "JSON", false},
      {R"({"seq":7,"op":"set","id":"a","data":"x","ttl_ms":1e400})", "invalid_argument", "range"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","if_version":-1})", "invalid_argument", "if_version"},
      {R"({"seq":7,"op":"set","id":"a","data":"x","if_version":1,"seen":1})", "invalid_argument", "seen"},
      {R"({"seq":7,"op":"get","id":"a","ttl_ms":5})", "invalid_argument", "ttl_ms"},
      {R"({"seq":7,"op":"get","id":"a","colour":"red"})", "invalid_argument", "colour"},
      {R"({"seq":7,"op":"get","id":"a","id":"b"})", "invalid_argument", "id"},
      {R"({"seq":7,"op":"all","limit":0})", "invalid_argument", "limit"},
      {R"({"seq":7,"op":"all","limit":10001})", "invalid_argument", "limit"},
      {R"({"seq":7,"op":"all","cursor":"nonsense!"})", "invalid_argument", "cursor"},
      {R"({"seq":7,"op":"get","id":")" + std::string(513, 'i') + "\"}", "too_large", "512"},
      {"{\"seq\":7,\"op\":\"get\",\"id\":\"\xFF\xFE\"}", "invalid_argument", "UTF-8"},
      {"{\"seq\":7,\"op\":\"get\",\"id\":\"\xC0\x80\"}", "invalid_argument", "UTF-8"},
      {R"({"seq":7,"op":"get","id":"\ud800"})", "invalid_argument", "is valid JSON"},
      {R"({"seq":7,"op":"set","id":"a","data":")" + std::string(1'048'577, 'd') + "\"}", "too_large",
       "1048576"},
      {R"({"seq":7,"op":"set","id":"a","data":")" + std::string(3'000'000, 'd') + "\"}", "too_large",
       "1048576"},
      {"{\"seq\":7,\"x\":" + std::string(100'000, '[') + "}", "invalid_argument", "nested"},
  };
  std::string input;
  for (const auto& each : lines)
    input += each.text + "\n";
  kitchen here;
  CHECK(here.feed(input).size() == lines.size());
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const auto answers = here.feed(std::string(index % 3, '\n') + lines[index].text + "\n");
    REQUIRE(answers.size() == index % 3 + 1);
    expect_error(lines[index], answers.back(), index % 3 + 1);
  }
}

TEST_CASE("good lines among bad ones are answered as if they were alone") {
  std::string input;
  for (int number = 1; number <= 1'000; ++number)
    input += "nonsense " + std::to_string(number) + "\n" + R"({"seq":)" + std::to_string(number)
             + R"(,"op":"set","id":"a","data":"x"})" + "\n\n";
  const auto result = kitchen{}.feed(input);
  REQUIRE(result.size() == 3'000);
  std::set<std::uint64_t> good;
  std::set<std::uint64_t> bad;
  for (const auto& each : result)
    CHECK(
        (each["ok"] == true ? good : bad).insert(each.value(each["ok"] == true ? "seq" : "line", 0u)).second);
  CHECK(good.size() == 1'000);
  CHECK(bad.size() == 2'000);
}

TEST_CASE("a last line without its newline is answered, whole or broken") {
  kitchen here;
  const auto whole = here.feed(R"({"seq":1,"op":"set","id":"a","data":"x"})");
  REQUIRE(whole.size() == 1);
  CHECK(whole[0]["ok"] == true);
  const auto broken =
      here.feed("{\"seq\":1,\"op\":\"set\",\"id\":\"a\",\"data\":\"x\"}\n{\"seq\":2,\"op\":\"ge");
  REQUIRE(broken.size() == 2);
}

TEST_CASE("no input is no answer") {
  CHECK(kitchen{}.feed("").empty());
}

TEST_CASE("a number that is used twice is answered twice") {
  const auto result = kitchen{}.feed("{\"seq\":1,\"op\":\"set\",\"id\":\"a\",\"data\":\"x\"}\n"
                                     "{\"seq\":1,\"op\":\"get\",\"id\":\"a\"}\n"
                                     "{\"seq\":0,\"op\":\"get\",\"id\":\"a\"}\n"
                                     "{\"seq\":18446744073709551615,\"op\":\"get\",\"id\":\"a\"}\n");
  REQUIRE(result.size() == 4);
  for (const auto& each : result)
    CHECK(each["ok"] == true);
}

TEST_CASE("a line that is too long is answered by its own number or its place, wherever it is cut") {
  constexpr std::size_t line_bytes_max = 97 * 1024 * 1024;
  const std::string start = R"({"op":"get","id":"a","seq":)";
  kitchen here;
  for (const std::size_t kept :
       {0u, 1u, 2u, 3u, 4u}) { // bytes of what follows that lie within the longest line
    const auto line = start + std::string(line_bytes_max - start.size() - kept, ' ') + "123,\"x\":\"\"}";
    const auto answers = here.feed(line + "\n");
    REQUIRE(answers.size() == 1);
    CHECK(answers[0]["error"] == "too_large");
    CHECK(answers[0]["message"].get<std::string>().find(std::to_string(line.size())) != std::string::npos);
    CHECK(answers[0].value("seq", 0) == (kept == 4 ? 123 : 0));
    CHECK(answers[0].contains("line") == (kept < 4));
  }
}

TEST_CASE("a time to live far below zero destroys") {
  const auto result =
      kitchen{}.feed(R"({"seq":1,"op":"set","id":"a","data":"x"})"
                     "\n"
                     R"({"seq":2,"op":"touch","id":"a","ttl_ms":-9223372036854775808})"
                     "\n"
                     R"({"seq":3,"op":"set","id":"b","data":"x","ttl_ms":-99999999999999999999})"
                     "\n"
                     R"({"seq":4,"op":"length"})");
  REQUIRE(result.size() == 4);
  for (const auto& each : result) {
    CHECK(each["ok"] == true);
    if (each["seq"] == 4)
      CHECK(each["count"] == 0);
  }
}

TEST_CASE("bytes that are not text travel as Base64, in and out") {
  const auto result =
      kitchen{}.feed("{\"seq\":1,\"op\":\"set\",\"id_base64\":\"/w==\",\"data_base64\":\"AP/+\"}\n"
                     "{\"seq\":2,\"op\":\"get\",\"id_base64\":\"/w==\"}\n{\"seq\":3,\"op\":\"all\"}\n");
  REQUIRE(result.size() == 3);
  for (const auto& each : result) {
    REQUIRE(each["ok"] == true);
    if (each["seq"] == 2)
      CHECK(each["data_base64"] == "AP/+");
    if (each["seq"] == 3)
      CHECK(each["sessions"][0]["id_base64"] == "/w==");
  }
}

TEST_CASE("text of every kind comes back as it went in") {
  kitchen here;
  for (const std::string& data : std::vector<std::string>{"\"quoted\" \\ back", "tab\tnewline\nreturn\r",
                                                          "\xE2\x82\xAC \xF0\x9F\x98\x80",
                                                          std::string("nul\0inside", 10), "", "\x7F\x01"}) {
    const json line{{"seq", 1}, {"op", "set"}, {"id", "a"}, {"data", data}};
    const auto result = here.feed(line.dump() + "\n" + R"({"seq":2,"op":"get","id":"a"})");
    REQUIRE(result.size() == 2);
    for (const auto& each : result)
      if (each["seq"] == 2)
        CHECK(each["data"] == data);
  }
}

TEST_CASE("the largest session comes back as it went in, also as text of which each byte is escaped") {
  kitchen here;
  for (const char byte : {'x', '\1', '\0'}) {
    const std::string data(1024 * 1024, byte);
    const json line{{"seq", 1}, {"op", "set"}, {"id", "a"}, {"data", data}};
    const auto result = here.feed(line.dump() + "\n" + R"({"seq":2,"op":"get","id":"a"})");
    REQUIRE(result.size() == 2);
    for (const auto& each : result) {
      CHECK(each["ok"] == true);
      if (each["seq"] == 2)
        CHECK(each["data"].get<std::string>() == data);
    }
  }
}

TEST_CASE("random lines are each answered once") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const std::string valid = R"({"seq":7,"op":"set","id":"a","data":"x","ttl_ms":60000})";
  std::string input;
  constexpr int lines = 5'000;
  for (int count = 0; count < lines; ++count) {
    auto line = valid;
    for (auto changes = random() % 4; changes > 0; --changes) {
      const auto at = random() % line.size();
      const auto byte = static_cast<char>(random());
      if (random() % 2 == 0)
        line[at] = byte;
      else
        line.erase(at, 1 + random() % 3);
    }
    std::erase(line, '\n');
    input += line + "\n";
  }
  CHECK(kitchen{}.feed(input).size() == lines);
}

TEST_CASE("a pipe whose reader goes away ends") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  const auto& connect = server.connect_arguments();
  auto command = where.cluster_store({});
  std::string line = command.arguments[0] + " pipe";
  for (const auto& word : connect)
    line += " " + word;
  command.arguments = {"/bin/sh", "-c", line + " | head -n 1"};
  std::string input;
  for (int number = 1; number <= 20'000; ++number)
    input += R"({"seq":)" + std::to_string(number) + R"(,"op":"get","id":"a"})" + "\n";
  const auto done = run(command, input);
  CHECK(json::parse(done.output)["ok"] == true);
}
