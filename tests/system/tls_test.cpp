#include <csignal>

#include <cluster_store/tests/support/forwarder.hpp>
#include <cluster_store/tests/system/crew.hpp>
#include <cluster_store/tests/system/tls_files.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

/// Sends SIGHUP and waits until the master has said `answer` once more.
void hang_up(master& server, const std::string& answer) {
  const auto before = server.self().errors().size();
  server.self().signal(SIGHUP);
  const auto answered = [&] {
    server.self().pump(1ms);
    return server.self().errors().find(answer, before) != std::string::npos;
  };
  REQUIRE(wait_until(answered, within(10s)));
}

} // namespace

TEST_CASE("sessions are shared through TLS, also by masters on all addresses") {
  const sandbox where;
  const tls_files files{where};
  for (const std::string listen : {"127.0.0.1:0", "0.0.0.0:0"}) {
    INFO(listen);
    master server{where, {.listen = listen, .more_arguments = files.to_serve()}};
    server.start();
    const auto endpoint = "127.0.0.1" + server.endpoint().substr(server.endpoint().rfind(':'));
    const auto connect = words{"--connect",         endpoint,   "--store",           "s", "--secret-file",
                               where.secret_file(), "--tls-ca", where.path("ca.pem")};
    const auto command = [&](words what) {
      what.insert(what.end(), connect.begin(), connect.end());
      return where.cluster_store(std::move(what));
    };
    CHECK(run(command({"set", "a", "-"}), std::string(1'000'000, 'd')).code == 0);
    CHECK(run(command({"get", "a"})).output == std::string(1'000'000, 'd'));
    pipe_worker one{command({"pipe"})};
    pipe_worker two{command({"pipe"})};
    for (int round = 0; round < 20; ++round) {
      const auto data = "round " + std::to_string(round);
      CHECK(one.call({{"op", "set"}, {"id", "b"}, {"data", data}})["ok"] == true);
      CHECK(two.call({{"op", "get"}, {"id", "b"}})["data"] == data);
    }
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    CHECK(run(command({"length"})).output == "2\n");
    CHECK(server.stop() == 0);
  }
}

TEST_CASE("a master with TLS serves its Unix socket without") {
  const sandbox where;
  const tls_files files{where};
  auto arguments = files.to_serve();
  arguments.insert(arguments.end(), {"--listen", "unix:" + where.path("store.sock")});
  master server{where,
                {.listen = "127.0.0.1:0", .more_arguments = arguments, .to_connect = files.to_connect()}};
  server.start();
  const auto local = server.endpoints().back();
  REQUIRE(local.starts_with("unix:"));
  CHECK(run(where.cluster_store({"set", "a", "x", "--connect", local, "--store", "s"})).code == 0);
  // Options of TLS are for TCP.
  CHECK(run(where.cluster_store(
                {"get", "a", "--connect", local, "--store", "s", "--tls-ca", where.path("ca.pem")}))
            .output
        == "x");
  CHECK(server.stop() == 0);
}

TEST_CASE("SIGHUP lets a master use new certificates while its workers go on") {
  const sandbox where;
  const tls_files files{where};
  master server{
      where, {.listen = "127.0.0.1:0", .more_arguments = files.to_serve(), .to_connect = files.to_connect()}};
  server.start();
  pipe_worker worker{server};
  const auto go_on = [&] {
    CHECK(worker.call({{"op", "set"}, {"id", "a"}, {"data", "x"}})["ok"] == true);
    CHECK(server.status()["connections"] == 2); // the worker's, and that of the question
  };
  go_on();
  certificate_wish moved;
  moved.alternative_names = "DNS:moved.example";
  files.to_serve(moved);
  go_on(); // nothing is read before it is told to
  hang_up(server, "certificates were read again");
  CHECK(worker.call({{"op", "get"}, {"id", "a"}})["data"] == "x");
  CHECK(server.run({"get", "a"}).code == 4);
  CHECK(server.run({"get", "a", "--tls-server-name", "moved.example"}).output == "x");

  where.write_file("server.pem", "damaged\n");
  hang_up(server, "stay in use");
  CHECK(server.self().errors().find(where.path("server.pem")) != std::string::npos);
  CHECK(server.run({"get", "a", "--tls-server-name", "moved.example"}).output == "x");

  files.to_serve();
  hang_up(server, "certificates were read again");
  go_on();
  CHECK(worker.finish() == 0);
  CHECK(worker.problems().empty());
  CHECK(server.stop() == 0);
}

TEST_CASE("SIGHUP does nothing to a master without certificates") {
  const sandbox where;
  master server{where, {.listen = "127.0.0.1:0"}};
  server.start();
  hang_up(server, "no certificates");
  CHECK(server.run({"set", "a", "x"}).code == 0);
  CHECK(server.stop() == 0);
}

TEST_CASE("TLS is set by variables and the file, a master's only by its own names") {
  const sandbox where;
  const tls_files files{where};
  const auto shown = files.to_serve();
  auto serve = where.cluster_store(
      {"serve", "--listen", "127.0.0.1:0", "--store", "s=memory:", "--secret-file", where.secret_file(),
       "--config", where.write_file("settings.toml", "[serve]\ntls-key = \"" + shown[3] + "\"\n")});
  serve.environment["CLUSTER_STORE_SERVE_TLS_CERT"] = shown[1];
  serve.environment["CLUSTER_STORE_TLS_CA"] =
      where.path("ca.pem"); // of commands: workers need no certificate
  process server{serve};
  const auto ready = server.await_line(within(20s));
  REQUIRE(ready);
  auto set = where.cluster_store(
      {"set", "a", "x", "--connect", ready->substr(6), "--store", "s", "--secret-file", where.secret_file()});
  CHECK(run(set).code == 4);
  set.environment["CLUSTER_STORE_TLS_CA"] = where.path("ca.pem");
  CHECK(run(set).code == 0);
  server.signal(SIGTERM);
  CHECK(server.wait(within(10s)) == 0);
}

TEST_CASE("connections through TLS that are cut, and a master that is killed, lose and repeat nothing") {
  const auto seed = random_seed();
  INFO("seed " << seed);
  const sandbox where;
  const tls_files files{where};
  master server{where,
                {.listen = "127.0.0.1:0",
                 .store = "s=rocksdb:" + where.path("data"),
                 .more_arguments = files.to_serve(),
                 .to_connect = files.to_connect()}};
  server.start();
  forwarder network{server.endpoint()};
  std::list<pipe_worker> workers;
  std::vector<pipe_worker*> all;
  for (int count = 0; count < 4; ++count)
    all.push_back(&workers.emplace_back(
        where.cluster_store({"pipe", "--connect", network.endpoint(), "--store", "s", "--secret-file",
                             where.secret_file(), "--tls-ca", where.path("ca.pem")})));
  load traffic{all, {.seed = seed, .sessions = 200}};
  traffic.also_read([&] { return &server.self(); });
  for (int round = 0; round < 5; ++round) {
    REQUIRE(traffic.run_for(1'000, within(30s)));
    const auto accepted = network.accepted();
    if (round % 2 == 0) {
      network.cut();
    } else {
      server.kill();
      server.launch();
      REQUIRE(traffic.run([&] { return server.is_ready(); }, within(20s)));
    }
    REQUIRE(traffic.run([&] { return network.accepted() >= accepted + 4; }, within(30s)));
  }
  REQUIRE(traffic.run_for(1'000, within(30s)));
  REQUIRE(traffic.settle(within(20s)));
  REQUIRE(traffic.read_all(0, within(20s)));
  require_consistent(traffic, all);
  server.self().signal(SIGTERM);
  REQUIRE(traffic.run([&] { return server.self().ended(); }, within(10s)));
}
