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
