#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using nlohmann::json;

namespace {

constexpr const char* admin_secret = "a secret that workers do not know";

/// A master whose admins have a secret of their own, and one session in its store.
struct guarded_master {
  explicit guarded_master(const std::string& listen)
      : admins(where.write_file("admin-secret", admin_secret)),
        server(where, {.listen = listen.empty() ? "unix:" + where.path("store.sock") : listen,
                       .more_arguments = {"--admin-secret-file", admins}}) {
    server.start();
    CHECK(server.run({"set", "a", "data"}).code == 0);
  }

  ~guarded_master() { CHECK(server.stop() == 0); }

  /// Runs a command with the secret of `secret_file`.
  completed with(const std::string& secret_file, std::vector<std::string> command,
                 std::string_view input = {}) {
    command.insert(command.end(), {"--connect", server.endpoint(), "--store", server.store_name(),
                                   "--secret-file", secret_file});
    return run(where.cluster_store(std::move(command)), input);
  }

  completed as_worker(std::vector<std::string> command) {
    return with(where.secret_file(), std::move(command));
  }
  completed as_admin(std::vector<std::string> command) { return with(admins, std::move(command)); }

  /// Sends one `clear` through a pipe. @returns its answer.
  json pipe_clear(const std::string& secret_file, std::vector<std::string> command) {
    const auto done = with(secret_file, std::move(command), "{\"seq\":1,\"op\":\"clear\"}\n");
    INFO(done.errors);
    REQUIRE(done.code == 0);
    return json::parse(done.output);
  }

  sandbox where;
  std::string admins;
  master server;
};

} // namespace

TEST_CASE("over TCP only the secret of admins clears a store, where they have one") {
  guarded_master here{"127.0.0.1:0"};
  const auto refused = here.as_worker({"clear", "--yes"});
  CHECK(refused.code == 4);
  CHECK(refused.errors.find("unauthorized") != std::string::npos);
  CHECK(here.pipe_clear(here.where.secret_file(), {"pipe"})["error"] == "unauthorized");
  CHECK(here.server.run({"get", "a"}).output == "data");
  CHECK(here.as_admin({"clear", "--yes"}).output == "1\n");
  CHECK(here.pipe_clear(here.admins, {"pipe", "--admin"})["count"] == 0);
}

TEST_CASE("the secret of admins does not make a worker") {
  guarded_master here{"127.0.0.1:0"};
  CHECK(here.as_admin({"get", "a"}).code == 4);
}

TEST_CASE("on a Unix socket the role admin has to be asked for, where admins are apart") {
  guarded_master here{""};
  const auto refused = here.pipe_clear(here.where.secret_file(), {"pipe"});
  CHECK(refused["error"] == "unauthorized");
  CHECK(refused["message"].get<std::string>().find("admin") != std::string::npos);
  CHECK(here.pipe_clear(here.where.secret_file(), {"pipe", "--admin"})["count"] == 1);
  CHECK(here.server.run({"clear", "--yes"}).output == "0\n");
}

TEST_CASE("a master with one secret for workers and admins, or a bad one, does not start") {
  const sandbox where;
  const auto serve = [&](const std::string& file) {
    return run(where.cluster_store({"serve", "--listen", "127.0.0.1:0", "--store", "s=memory:",
                                    "--secret-file", where.secret_file(), "--admin-secret-file", file}));
  };
  const auto same = serve(where.secret_file());
  CHECK(same.code == 2);
  CHECK(same.errors.find("of its own") != std::string::npos);
  CHECK(serve(where.path("nothing")).code == 4);
  CHECK(serve(where.write_file("short", "short")).code == 4);
}
