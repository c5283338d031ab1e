#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/support/socket.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// What a pipe without a master did.
struct figures {
  std::size_t answers = 0;
  std::size_t wrong = 0;
  std::map<std::string, std::size_t> errors;
  std::size_t memory_bytes = 0;
  std::chrono::steady_clock::duration took{};
  std::optional<exit_code> code;
};

figures feed(const sandbox& where, const std::string& endpoint, std::size_t lines, const std::string& data) {
  figures result;
  const auto start = std::chrono::steady_clock::now();
  process pipe{where.cluster_store({"pipe", "--connect", endpoint, "--secret-file", where.secret_file()})};
  std::vector<bool> answered(lines + 1);
  std::size_t sent = 0;
  while (result.answers < lines && !pipe.ended() && std::chrono::steady_clock::now() - start < 100s) {
    while (sent < lines && pipe.unwritten() < 256 * 1024) {
      ++sent;
      pipe.write(R"({"seq":)" + std::to_string(sent) + R"(,"op":"set","id":"a","data":")" + data + "\"}\n");
    }
    pipe.pump(50ms);
    while (const auto line = pipe.take_line()) {
      ++result.answers;
      const auto answer = nlohmann::json::parse(*line);
      const auto seq = answer.value("seq", std::size_t{0});
      if (answer["ok"] != false || seq == 0 || seq > lines || answered[seq])
        ++result.wrong;
      else
        answered[seq] = true;
      ++result.errors[answer.value("error", "none")];
    }
    result.memory_bytes = std::max(result.memory_bytes, resident_bytes_peak(pipe.id()));
  }
  pipe.close_input();
  result.code = pipe.wait(within(20s));
  result.took = std::chrono::steady_clock::now() - start;
  return result;
}

void expect_errors(const figures& what, std::size_t lines) {
  for (const auto& [error, count] : what.errors)
    UNSCOPED_INFO(error << ": " << count);
  CHECK(what.answers == lines);
  CHECK(what.wrong == 0);
  CHECK(what.code == 0);
  CHECK(what.took < 60s);
  CHECK(what.memory_bytes < memory_factor * 100 * 1024 * 1024);
  for (const auto& [error, count] : what.errors)
    CHECK((error == "unavailable" || error == "deadline_exceeded" || error == "overloaded"));
}

} // namespace

TEST_CASE("a pipe without a master answers every line with an error, quickly and in little memory") {
  const auto lines = size_from_environment("SYSTEM_TESTS_LINES", 100'000); // long form: 1000000
  const sandbox where;
  SECTION("nobody listens on the port") {
    expect_errors(feed(where, unused_endpoint(), lines, "x"), lines);
  }
  SECTION("there is no socket") {
    expect_errors(feed(where, "unix:" + where.path("nobody.sock"), lines, std::string(200, 'x')), lines);
  }
}

TEST_CASE("large lines without a master do not fill the memory") {
  constexpr std::size_t lines = 500 / slowness;
  const sandbox where;
  expect_errors(feed(where, unused_endpoint(), lines, std::string(1'000'000, 'x')), lines);
}

TEST_CASE("a pipe whose master accepts and says nothing answers every line with an error") {
  const sandbox where;
  const auto silent = listen_on_loopback();
  expect_errors(feed(where, "127.0.0.1:" + std::to_string(port_of(silent)), 20'000, "x"), 20'000);
}

TEST_CASE("a pipe that was started before its master finds it") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  pipe_worker early{
      where.cluster_store({"pipe", "--connect", "unix:" + where.path("store.sock"), "--store", "s"})};
  const auto seq = early.send({{"op", "get"}, {"id", "a"}});
  server.start();
  const auto answered = [&] {
    for (const auto& each : early.take_answers())
      if (each.body["seq"] == seq)
        return each.ok();
    return false;
  };
  CHECK(wait_until(answered, within(10s)));
  const auto found = [&] { return early.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true; };
  CHECK(wait_until(found, within(10s)));
}
