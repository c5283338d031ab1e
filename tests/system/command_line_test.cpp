#include <algorithm>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/socket.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// A command line that is wrong.
struct mistake {
  std::vector<std::string> arguments;
  std::string mentions; ///< What the message must name.
};

void expect_usage_error(const sandbox& where, const mistake& what) {
  std::string line;
  for (const auto& word : what.arguments)
    line += word.substr(0, 80) + " ";
  INFO(line);
  const auto done = run(where.cluster_store(what.arguments));
  INFO(done.errors.substr(0, 1'000));
  CHECK(done.code == 2);
  CHECK(done.output.empty());
  CHECK(done.errors.find(what.mentions) != std::string::npos);
  CHECK(done.errors.size() < 2'000);
}

} // namespace

TEST_CASE("a wrong command line is a usage error that names what is wrong") {
  const sandbox where;
  const std::string somewhere = "unix:" + where.path("nobody.sock");
  const std::vector<mistake> mistakes{
      {{}, "subcommand"},
      {{"frobnicate"}, "frobnicate"},
      {{"get"}, "id"},
      {{"get", "a", "b", "c"}, "b"},
      {{"get", "a", "--no-such-flag"}, "--no-such-flag"},
      {{"get", "", "--connect", somewhere}, "id"},
      {{"get", "a", "--connect", "nonsense"}, "nonsense"},
      {{"get", "a", "--connect", "127.0.0.1:99999"}, "99999"},
      {{"get", "a", "--connect", "127.0.0.1:0"}, "0"},
      {{"get", "a", "--connect", "unix:"}, "unix:"},
      {{"get", "a", "--connect", "unix:/" + std::string(300, 'x')}, "socket"},
      {{"get", "a", "--connect", somewhere, "--timeout", "soon"}, "--timeout"},
      {{"get", "a", "--connect", somewhere, "--timeout", "5"}, "--timeout"},
      {{"get", "a", "--connect", somewhere, "--timeout", "0s"}, "--timeout"},
      {{"get", "a", "--connect", somewhere, "--timeout", "11m"}, "--timeout"},
      {{"get", "a", "--connect", somewhere, "--timeout", "99999999999999999999s"}, "--timeout"},
      {{"get", "a", "--connect", somewhere, "--store", "bad/name"}, "name"},
      {{"get", "a", "--connect", somewhere, "--store", std::string(65, 'n')}, "name"},
      {{"set", "a", "x", "--connect", somewhere, "--ttl", "-5s"}, "ttl"},
      {{"set", "a", "x", "--connect", somewhere, "--ttl", "1fortnight"}, "--ttl"},
      {{"set", "a", "x", "--connect", somewhere, "--if-version", "one"}, "--if-version"},
      {{"set", "a", "x", "--connect", somewhere, "--if-version", "1", "--seen", "1"}, "--seen"},
      {{"touch", "--ttl", "5s"}, "id"},
      {{"clear", "--connect", somewhere}, "--yes"},
      {{"all", "--connect", somewhere, "--limit", "-1"}, "--limit"},
      {{"all", "--connect", somewhere, "--limit", "many"}, "--limit"},
      {{"pipe", "--connect", somewhere, "--in-flight", "0"}, "--in-flight"},
      {{"pipe", "--connect", somewhere, "--in-flight", "99999999999"}, "--in-flight"},
      {{"serve", "--listen", "here"}, "here"},
      {{"serve", "--listen", somewhere, "--store", "memory:"}, "memory:"},
      {{"serve", "--listen", somewhere, "--store", "s="}, "s="},
      {{"serve", "--listen", somewhere, "--store", "a b=memory:"}, "name"},
      {{"serve", "--listen", somewhere, "--store", "s=memory:", "--store", "s=memory:"}, "s"},
      {{"serve", "--listen", somewhere, "--store", "s=memory:?no-such=1"}, "no-such"},
      {{"serve", "--listen", somewhere, "--store", "s=memory:", "--sync", "sometimes"}, "--sync"},
      {{"serve", "--listen", somewhere, "--store", "s=memory:", "--connections-max", "0"},
       "--connections-max"},
      {{"serve", "--listen", somewhere, "--store", "s=memory:", "--ttl-default", "0s"}, "--ttl-default"},
      {{"get", "a", "--connect", somewhere, "--config", where.path("no-such-file")}, "no-such-file"},
      {{"get", "a", "--connect", somewhere, "--config", where.path("")}, "directory"},
      {{"set", "a", "x", "--connect", somewhere, "--ttl", ""}, "--ttl"},
      {{"set", "a", "x", "--connect", somewhere, "--ttl="}, "--ttl"},
      {{"set", "a", "x", "--connect", somewhere, "--ttl=", "--json"}, "--ttl"},
      {{"set", "a", "x", "--connect", somewhere, "--if-version", "-1"}, "--if-version"},
      {{"all", "--connect", somewhere, "--prefix", ""}, "--prefix"},
      {{"get", "a", "--connect", ""}, "--connect"},
      {{"get", "a", "--connect", "127.0.0.1:1", "--tls-ca", ""}, "--tls-ca"},
      {{"get", "a", "--connect", "127.0.0.1:1", "--secret-file", ""}, "--secret-file"},
      {{"serve", "--listen", somewhere, "--admin-secret-file", ""}, "--admin-secret-file"},
      {{"serve", "--listen", somewhere, "--listen", ""}, "--listen"},
      {{"serve", "--listen", "[]"}, "--listen"},
      {{"regenerate", "a", "", "--connect", somewhere}, "id"},
  };
  for (const auto& each : mistakes)
    expect_usage_error(where, each);
}

TEST_CASE("with --json every error is one JSON object, wherever the flag and the mistake stand") {
  const sandbox where;
  const std::string nobody = "unix:" + where.path("nobody.sock");
  const auto bad_file = where.write_file("bad.toml", "timeout = 5s\n");
  const auto json_file = where.write_file("json.toml", "json = true\nconect = \"x\"\n");
  std::vector<std::vector<std::string>> lines{
      {"--json"},
      {"frobnicate", "--json"},
      {"--json", "frobnicate"},
      {"get", "--json"},
      {"get", "-abc", "--json"},
      {"get", "--json", "-abc"},
      {"get", "a", "b", "--json"},
      {"get", "", "--json"},
      {"get", "a", "--timeout", "--json"},
      {"set", "a", "x", "--if-version", "1", "--seen", "1", "--json"},
      {"clear", "--json"},
      {"get", "a", "--json", "--config", where.path("missing")},
      {"get", "a", "--json", "--config", bad_file},
      {"get", "a", "--config", json_file},
      {"serve", "--json", "--listen", nobody, "--listen", "nowhere"},
      {"serve", "--json", "--listen", nobody, "--store", "s=memory:", "--store", "s=memory:"},
      {"serve", "--json", "--listen", nobody, "--store", "s=cassette:"},
  };
  for (const std::string command :
       {"serve", "set", "get", "touch", "destroy", "all", "length", "clear", "pipe", "status", "regenerate"})
    for (const std::vector<std::string>& mistake :
         std::vector<std::vector<std::string>>{{"--no-such-flag"}, {"--config", ""}, {"--json="}}) {
      lines.push_back(mistake);
      lines.back().insert(lines.back().begin(), {command, "--json"});
    }
  for (const auto& line : lines) {
    INFO(line[0] << " " << (line.size() > 1 ? line[1] : "") << " " << line.back());
    const auto done = run(where.cluster_store(line));
    INFO(done.errors);
    CHECK((done.code == 2 || done.code == 4));
    CHECK(done.output.empty());
    const auto told = nlohmann::json::parse(done.errors, nullptr, false);
    REQUIRE(told.is_object());
    CHECK(told["ok"] == false);
    CHECK((told["error"] == "invalid_argument" || told["error"] == "unsupported"));
    CHECK_FALSE(told["message"].get<std::string>().empty());
    CHECK(std::count(done.errors.begin(), done.errors.end(), '\n') == 1);
  }
  auto by_variable = where.cluster_store({"frobnicate"});
  by_variable.environment["CLUSTER_STORE_JSON"] = "1";
  CHECK(nlohmann::json::parse(run(by_variable).errors, nullptr, false)["error"] == "invalid_argument");
}

TEST_CASE("an id that starts with a dash is shown behind two of them, and found there") {
  const sandbox where;
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"get", "-abc"},
                                             {"get", "-hello"},
                                             {"touch", "-5"},
                                             {"destroy", "--x"},
                                             {"set", "-a", "x"},
                                             {"regenerate", "-a", "-b"},
                                             {"regenerate", "a", "-b"}}) {
    std::string shown = "cluster-store " + line[0] + " --";
    for (std::size_t word = 1; word < line.size(); ++word)
      shown += " " + line[word];
    const auto done = run(where.cluster_store(line));
    INFO(done.errors);
    CHECK(done.code == 2);
    CHECK(done.output.empty());
    CHECK(done.errors.find(shown) != std::string::npos);
  }
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  const auto reach = [&](std::vector<std::string> words, std::vector<std::string> ids) {
    words.insert(words.end(), {"--connect", server.endpoint(), "--store", "s", "--"});
    words.insert(words.end(), ids.begin(), ids.end());
    return run(where.cluster_store(words));
  };
  CHECK(reach({"set"}, {"-abc", "-1"}).code == 0);
  CHECK(reach({"get"}, {"-abc"}).output == "-1");
  CHECK(reach({"regenerate"}, {"-abc", "--json"}).code == 0);
  CHECK(reach({"get"}, {"--json"}).output == "-1");
  CHECK(server.stop() == 0);
}

TEST_CASE("a default socket where nobody listens is explained") {
  const sandbox where;
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"get", "a"}, {"set", "a", "x"}, {"all"}, {"status"}, {"regenerate", "a", "b"}}) {
    auto program = where.cluster_store(line);
    program.arguments.insert(program.arguments.end(), {"--timeout", "300ms"});
    program.environment["XDG_RUNTIME_DIR"] = where.path("");
    auto done = run(program);
    INFO(done.errors);
    CHECK(done.code == 3);
    CHECK(done.errors.find("XDG_RUNTIME_DIR is " + where.path("")) != std::string::npos);
    CHECK(done.errors.find("--connect") != std::string::npos);
    program.environment["XDG_RUNTIME_DIR"] = "not/absolute";
    done = run(program);
    CHECK((done.code != 3 || done.errors.find("XDG_RUNTIME_DIR is no absolute path") != std::string::npos));
  }
  auto named = where.cluster_store({"get", "a", "--connect", "unix:" + where.path("nobody.sock")});
  CHECK(run(named).errors.find("XDG_RUNTIME_DIR") == std::string::npos);
}

TEST_CASE("an unknown engine is refused by name") {
  const sandbox where;
  const auto served = run(
      where.cluster_store({"serve", "--listen", "unix:" + where.path("s"), "--store", "s=cassette:tape"}));
  CHECK((served.code == 2 || served.code == 4));
  CHECK(served.errors.find("cassette") != std::string::npos);
  CHECK(served.errors.find("rocksdb") != std::string::npos);
}

TEST_CASE("every command explains itself with an example") {
  const sandbox where;
  for (const std::string command : {"serve", "set", "get", "touch", "destroy", "all", "length", "clear",
                                    "pipe", "status", "regenerate"}) {
    const auto done = run(where.cluster_store({command, "--help"}));
    CHECK(done.code == 0);
    CHECK(done.errors.empty());
    CHECK(done.output.find("cluster-store " + command) != std::string::npos);
  }
  const auto all = run(where.cluster_store({"--help"}));
  CHECK(all.code == 0);
  CHECK(all.output.find("Exit codes") != std::string::npos);
}

TEST_CASE("a master that is not there is a code of its own, within the timeout") {
  const sandbox where;
  const auto nowhere = unused_endpoint();
  for (const auto& endpoint : {nowhere, "unix:" + where.path("nobody.sock")}) {
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"get", "a"},
                                               {"set", "a", "x"},
                                               {"touch", "a", "--ttl", "1s"},
                                               {"destroy", "a"},
                                               {"all"},
                                               {"length"},
                                               {"clear", "--yes"},
                                               {"status"}}) {
      auto arguments = command;
      arguments.insert(arguments.end(),
                       {"--connect", endpoint, "--timeout", "300ms", "--secret-file", where.secret_file()});
      const auto start = std::chrono::steady_clock::now();
      const auto done = run(where.cluster_store(arguments));
      INFO(command[0] << " " << endpoint << ": " << done.errors);
      CHECK(done.code == 3);
      CHECK(done.output.empty());
      CHECK(done.errors.find(endpoint.substr(endpoint.find(':') + 1)) != std::string::npos);
      CHECK(std::chrono::steady_clock::now() - start < 3s);
    }
  }
}

TEST_CASE("what the store refuses is a code of its own and changes nothing") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  const auto too_long_id = server.run({"set", std::string(513, 'i'), "x"});
  CHECK(too_long_id.code == 4);
  CHECK(too_long_id.errors.find("too_large") != std::string::npos);
  CHECK(too_long_id.errors.find("512") != std::string::npos);
  CHECK(too_long_id.errors.find("iii") == std::string::npos); // ids are secrets
  const auto too_much_data = server.run({"set", "a", "-"}, std::string(1'048'577, 'd'));
  CHECK(too_much_data.code == 4);
  CHECK(too_much_data.errors.find("too_large") != std::string::npos);
  CHECK(server.run({"set", "a", "-"}, std::string(1'048'576, 'd')).code == 0);
  CHECK(server.run({"set", std::string(512, 'i'), "x"}).code == 0);
  CHECK(server.run({"set", "a", "x", "--if-version", "99"}).code == 4);
  CHECK(server.run({"length"}).output == "2\n");
  const auto no_store =
      run(where.cluster_store({"get", "a", "--connect", server.endpoint(), "--store", "other"}));
  CHECK((no_store.code == 2 || no_store.code == 4));
  CHECK(no_store.errors.find("other") != std::string::npos);
  CHECK(server.stop() == 0);
}

TEST_CASE("flags win over variables, variables over the file") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  REQUIRE(server.run({"set", "a", "x"}).code == 0);
  const auto nobody = "unix:" + where.path("nobody.sock");
  const auto file =
      where.write_file("settings.toml", "connect = \"" + server.endpoint() + "\"\nstore = \"s\"\n");
  const auto wrong_file = where.write_file("wrong.toml", "connect = \"" + nobody + "\"\nstore = \"s\"\n");

  auto by_file = where.cluster_store({"get", "a", "--config", file});
  CHECK(run(by_file).output == "x");
  auto by_variable = where.cluster_store({"get", "a", "--config", wrong_file});
  by_variable.environment["CLUSTER_STORE_CONNECT"] = server.endpoint();
  CHECK(run(by_variable).output == "x");
  auto by_flag = where.cluster_store({"get", "a", "--connect", server.endpoint(), "--config", wrong_file});
  by_flag.environment["CLUSTER_STORE_CONNECT"] = nobody;
  CHECK(run(by_flag).output == "x");
  auto misspelt =
      where.cluster_store({"get", "a", "--config",
                           where.write_file("misspelt.toml", "conect = \"" + server.endpoint() + "\"\n")});
  const auto refused = run(misspelt);
  CHECK(refused.code == 2);
  CHECK(refused.errors.find("conect") != std::string::npos);
}
