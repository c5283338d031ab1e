#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

std::string line_of(const json& operation) {
  return operation.dump() + "\n";
}

/// Reads until `count` lines came. @returns how many of them are ok.
std::size_t count_ok(process& from, std::size_t count) {
  std::size_t ok = 0;
  for (std::size_t number = 0; number < count; ++number) {
    const auto line = from.await_line(within(60s));
    REQUIRE(line);
    INFO(line->substr(0, 200));
    const auto start = line->substr(0, 60);
    ok += start.find("\"ok\":true") != std::string::npos ? 1 : 0;
    CHECK(start.find("\"ok\":true") != std::string::npos);
  }
  return ok;
}

/// Asks for `ids` in turns through one pipe, reads nothing until its deadline is over, then everything.
void expect_bounded(const std::vector<std::string>& ids, std::size_t lines) {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  const std::string plain(mebibyte, 'x');
  const std::string escaped(mebibyte / 8, '\x01'); // six times as long in an answer
  std::string input = line_of({{"seq", 1}, {"op", "set"}, {"id", "small"}, {"data", "x"}})
                      + line_of({{"seq", 2}, {"op", "set"}, {"id", "large"}, {"data", plain}})
                      + line_of({{"seq", 3}, {"op", "set"}, {"id", "escaped"}, {"data", escaped}})
                      + "{\"seq\":4,\"op\":\"set\",\"id\":\"bytes\",\"data_base64\":\""
                      + std::string(mebibyte, '/') + "\"}\n";
  REQUIRE(server.run({"pipe"}, input).code == 0);

  pipe_worker slow{server, {"--timeout", "4s"}};
  auto& worker = slow.self();
  const auto asks = [&](std::size_t number) {
    const auto& id = ids[number % ids.size()];
    return id == "*" ? json{{"seq", number}, {"op", "all"}}
                     : json{{"seq", number}, {"op", "get"}, {"id", id}};
  };
  input.clear();
  for (std::size_t number = 0; number < lines; ++number)
    input += line_of(asks(number));
  worker.write(input);
  worker.close_input();
  worker.pump(1s); // less than a pipe holds: all of the input, and of the answers a part
  const auto calm_until = within(5s);
  wait_until([&] { return std::chrono::steady_clock::now() >= calm_until; }, calm_until + 1s);
  CHECK(count_ok(worker, lines) == lines);
  const auto peak = resident_bytes_peak(worker.id());
  INFO("the pipe had " << peak / mebibyte << " MiB");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(peak < (64 + 64) * mebibyte);
#endif
  CHECK(worker.wait(within(20s)) == 0);
  CHECK(server.stop() == 0);
}

} // namespace

TEST_CASE("answers for a slow reader are bounded, and each line is answered ok: only large sessions") {
  expect_bounded({"large"}, 1'024);
}

TEST_CASE("answers for a slow reader are bounded, and each line is answered ok: small and large in turns") {
  expect_bounded({"small", "large"}, 600);
}

TEST_CASE("answers for a slow reader are bounded, and each line is answered ok: large after many small") {
  std::vector<std::string> ids(700, "small");
  ids.insert(ids.end(), 324, "large");
  expect_bounded(ids, ids.size());
}

TEST_CASE("answers for a slow reader are bounded, and each line is answered ok: written longer than stored") {
  expect_bounded({"escaped", "bytes", "*"}, 300);
}
