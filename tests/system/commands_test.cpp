#include <algorithm>

#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;

namespace {

/// A master and one-shot commands against it.
struct shell {
  explicit shell(const std::string& listen = {})
      : server(where, {.listen = listen.empty() ? "unix:" + where.path("store.sock") : listen}) {
    server.start();
  }

  completed operator()(std::vector<std::string> command, std::string_view input = {}) const {
    return server.run(std::move(command), input);
  }

  json as_json(std::vector<std::string> command) const {
    command.push_back("--json");
    return json::parse((*this)(std::move(command)).output);
  }

  sandbox where;
  master server;
};

} // namespace

TEST_CASE("one-shot commands do what they say") {
  const shell run;
  CHECK(run({"get", "a"}).code == 1);
  const auto written = run({"set", "a", "hello"});
  CHECK(written.code == 0);
  CHECK(written.errors.empty());
  const auto version = std::stoull(written.output);
  CHECK(run({"get", "a"}).output == "hello");
  CHECK(std::stoull(run({"set", "a", "again"}).output) > version);
  CHECK(run({"touch", "a", "--ttl", "30m"}).code == 0);
  CHECK(run({"touch", "b", "--ttl", "30m"}).code == 1);
  CHECK(run({"length"}).output == "1\n");
  CHECK(run({"regenerate", "a", "c"}).code == 0);
  CHECK(run({"get", "a"}).code == 1);
  CHECK(run({"get", "c"}).output == "again");
  CHECK(run({"destroy", "c"}).code == 0);
  CHECK(run({"destroy", "c"}).code == 1);
  CHECK(run({"length"}).output == "0\n");
}

TEST_CASE("one-shot commands work over TCP with a secret") {
  const shell run{"127.0.0.1:0"};
  CHECK(run({"set", "a", "hello"}).code == 0);
  CHECK(run({"get", "a"}).output == "hello");
}

TEST_CASE("data goes through byte for byte") {
  const shell run;
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += static_cast<char>(byte);
  CHECK(run({"set", "bytes", "-"}, bytes).code == 0);
  CHECK(run({"get", "bytes"}).output == bytes);
  CHECK(run({"set", "empty", "-"}, "").code == 0);
  const auto empty = run({"get", "empty"});
  CHECK(empty.code == 0);
  CHECK(empty.output.empty());
  CHECK(run.as_json({"get", "bytes"}).contains("data_base64"));
}

TEST_CASE("JSON output has what scripts need") {
  const shell run;
  auto version = run.as_json({"set", "a", "x", "--ttl", "1h"})["version"];
  CHECK(version.is_number_unsigned());
  auto read = run.as_json({"get", "a"});
  CHECK(read["ok"] == true);
  CHECK(read["found"] == true);
  CHECK(read["data"] == "x");
  CHECK(read["version"] == version);
  CHECK(read["ttl_ms"] > 3'590'000);
  CHECK(run.as_json({"get", "none"})["found"] == false);
  CHECK(run.as_json({"touch", "a", "--ttl", "2h"})["touched"] == true);
  CHECK(run.as_json({"touch", "none", "--ttl", "2h"})["touched"] == false);
  CHECK(run.as_json({"length"})["count"] == 1);
  CHECK(run.as_json({"destroy", "a"})["destroyed"] == true);
  CHECK(run.as_json({"destroy", "a"})["destroyed"] == false);
  const auto failed = run({"set", "", "x", "--json"});
  CHECK(failed.code == 2);
  CHECK(json::parse(failed.errors)["error"] == "invalid_argument");
}

TEST_CASE("conditions are kept") {
  const shell run;
  CHECK(run({"set", "a", "x", "--if-version", "0"}).code == 0);
  CHECK(run({"set", "a", "x", "--if-version", "0"}).code == 4);
  const auto version = std::to_string(run.as_json({"get", "a"})["version"].get<std::uint64_t>());
  CHECK(run({"set", "a", "y", "--if-version", version}).code == 0);
  CHECK(run({"set", "a", "z", "--if-version", version}).code == 4);
  CHECK(run({"set", "a", "seen", "--seen", version}).code == 0);
  CHECK(run({"destroy", "a"}).code == 0);
  CHECK(run({"set", "a", "late", "--seen", version}).code == 4);
  CHECK(run({"get", "a"}).code == 1);
}

TEST_CASE("all lists each session once, by prefix and up to a limit, and clear removes them") {
  const shell run;
  pipe_worker worker{run.server};
  for (int number = 0; number < 2'500; ++number)
    worker.send({{"op", "set"},
                 {"id", "user" + std::to_string(number % 2) + "-" + std::to_string(number)},
                 {"data", "x"}});
  REQUIRE(worker.finish() == 0);
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  CHECK(lines(run({"all"}).output) == 2'500);
  CHECK(lines(run({"all", "--prefix", "user1-"}).output) == 1'250);
  CHECK(lines(run({"all", "--limit", "1500"}).output) == 1'500);
  CHECK(lines(run({"all", "--prefix", "none"}).output) == 0);
  CHECK(lines(run({"all", "--json", "--limit", "3"}).output) == 3);
  CHECK(run({"clear"}).code == 2);
  CHECK(run({"length"}).output == "2500\n");
  CHECK(run({"clear", "--yes"}).output == "2500\n");
  CHECK(run({"length"}).output == "0\n");
}

TEST_CASE("one-shot commands and pipes leave no trace of themselves in the store") {
  const shell run;
  for (int count = 0; count < 5; ++count) {
    CHECK(run({"set", "a", "x"}).code == 0);
    CHECK(run({"get", "a"}).code == 0);
    CHECK(run({"all"}).code == 0);
  }
  pipe_worker worker{run.server};
  CHECK(worker.call({{"op", "set"}, {"id", "a"}, {"data", "y"}})["ok"] == true);
  CHECK(run.server.store_status("s")["clients"] == 1);
  CHECK(worker.finish() == 0);
  const auto gone = [&] {
    const auto status = run.server.status();
    return status["stores"][0]["clients"] == 0 && status["connections"] <= 1; // its own
  };
  CHECK(wait_until(gone, within(std::chrono::seconds{10})));
}

TEST_CASE("status shows the stores, the engine and the endpoints") {
  const shell run;
  CHECK(run({"set", "a", "x"}).code == 0);
  const auto status = run.server.status();
  REQUIRE(status["stores"].size() == 1);
  const auto& store = status["stores"][0];
  CHECK(store["name"] == "s");
  CHECK(store["engine"] == "memory");
  CHECK(store["up"] == true);
  CHECK(store["sessions"] == 1);
  CHECK(store["operations"] >= 1);
  CHECK(store["commits"] >= 1);
  CHECK(store["restarts"] == 0);
  CHECK(status["endpoints"][0] == run.server.endpoint());
  const auto table =
      cluster_store::tests::run(run.where.cluster_store({"status", "--connect", run.server.endpoint()}));
  CHECK(table.code == 0);
  CHECK(table.output.find("memory") != std::string::npos);
}

TEST_CASE("a master that says ready names each endpoint and knows its stores at once") {
  for (int round = 0; round < 20; ++round) {
    const sandbox where;
    const auto second = "unix:" + where.path("second.sock");
    master server{where,
                  {.listen = "unix:" + where.path("store.sock"), .more_arguments = {"--listen", second}}};
    server.start();
    CHECK(server.endpoints() == std::vector{server.endpoint(), second});
    pipe_worker worker{server};
    CHECK(worker.call({{"op", "get"}, {"id", "a"}})["ok"] == true);
  }
}
