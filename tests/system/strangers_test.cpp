#include <sys/stat.h>

#include <cluster_store/tests/support/forwarder.hpp>
#include <cluster_store/tests/support/socket.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// The shortest message that kills a CAF process which reads it: a BASP header that announces a handshake
/// (operation 0 = of a server, 1 = of a client) without a payload.
std::string bare_handshake(char operation) {
  std::string header(32, '\0');
  header[0] = operation;
  return header;
}

std::string random_bytes(std::mt19937_64& random, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count)
    bytes += static_cast<char>(random());
  return bytes;
}

/// What an honest command says first to whom it takes for a master.
std::string honest_greeting(const sandbox& where) {
  const auto listener = listen_on_loopback();
  process command{
      where.cluster_store({"get", "a", "--connect", "127.0.0.1:" + std::to_string(port_of(listener)),
                           "--secret-file", where.secret_file(), "--timeout", "5s"})};
  return first_bytes_from(listener);
}

/// An honest load that must go on whatever strangers do.
class honest_load {
public:
  explicit honest_load(const std::string& listen)
      : crew_(where_, {.listen = listen.empty() ? "unix:" + where_.path("store.sock") : listen}, 2),
        traffic_(crew_.all, {.seed = random_seed(), .sessions = 100}) {
    crew_.listen_during(traffic_);
    go_on();
  }

  master& server() { return crew_.server; }
  const sandbox& where() const { return where_; }

  /// A thousand more operations succeed, in reasonable time.
  void go_on() { REQUIRE(traffic_.run_for(1'000, within(10s))); }

  /// The stranger is shown the door while the load runs.
  void expect_refusal(stranger& who) {
    REQUIRE(traffic_.run([&] { return who.wait_for_close(within(0s)); }, within(10s)));
    go_on();
  }

  void finish() {
    REQUIRE(traffic_.settle(within(20s)));
    require_consistent(traffic_, crew_.all);
    CHECK(traffic_.errors().size() <= traffic_.errors().count("conflict")); // no others
    crew_.dismiss();
  }

private:
  sandbox where_;
  crew crew_;
  load traffic_;
};

void visit(const std::string& listen) {
  honest_load honest{listen};
  const auto& endpoint = honest.server().endpoint();
  std::mt19937_64 random{random_seed()};
  const auto expect_refusal_of = [&](const std::string& bytes) {
    stranger who{endpoint};
    who.send(bytes);
    honest.expect_refusal(who);
    CHECK(who.received().size() < 1'000);
  };
  SECTION("silence is ended") {
    expect_refusal_of("");
  }
  SECTION("garbage is refused") {
    for (const std::size_t size : {1, 31, 300, 5'000, 1'000'000})
      expect_refusal_of(random_bytes(random, size));
  }
  SECTION("text is refused") {
    expect_refusal_of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  SECTION("a bare CAF handshake is refused") {
    for (int count = 0; count < 10; ++count) {
      expect_refusal_of(bare_handshake(0));
      expect_refusal_of(bare_handshake(1));
    }
  }
  SECTION("a connection that is closed at once is nothing to it") {
    for (int count = 0; count < 100; ++count)
      stranger{endpoint};
    honest.go_on();
  }
  CHECK_FALSE(honest.server().self().ended());
  honest.finish();
}

} // namespace

TEST_CASE("strangers at the TCP door are refused while honest workers go on") {
  visit("127.0.0.1:0");
}

TEST_CASE("strangers at the Unix door are refused while honest workers go on") {
  visit("");
}

TEST_CASE("who begins like an honest worker and goes on with garbage is refused") {
  honest_load honest{"127.0.0.1:0"};
  const auto seed = random_seed();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto greeting = honest_greeting(honest.where());
  for (const auto& bytes : {greeting.substr(0, greeting.size() / 2), greeting,
                            greeting + random_bytes(random, 500), greeting + bare_handshake(1),
                            greeting.substr(0, 4) + random_bytes(random, 500), greeting + greeting}) {
    stranger who{honest.server().endpoint()};
    who.send(bytes);
    honest.expect_refusal(who);
  }
  for (int round = 0; round < 50; ++round) { // one byte of it is wrong
    auto bytes = greeting;
    bytes[random() % bytes.size()] ^= static_cast<char>(1u << random() % 8);
    stranger who{honest.server().endpoint()};
    who.send(bytes + random_bytes(random, 64));
    honest.expect_refusal(who);
  }
  honest.finish();
}

TEST_CASE("a wrong secret is refused with a message, and says so to scripts") {
  honest_load honest{"127.0.0.1:0"};
  const auto wrong = honest.where().write_file("wrong-secret", "quite another secret than that\n");
  const auto refused = run(honest.where().cluster_store(
      {"get", "a", "--connect", honest.server().endpoint(), "--store", "s", "--secret-file", wrong}));
  CHECK(refused.code == 4);
  CHECK(refused.output.empty());
  CHECK(refused.errors.find("unauthorized") != std::string::npos);
  CHECK(refused.errors.find("secret") != std::string::npos);
  CHECK(refused.errors.find("quite another") == std::string::npos);

  pipe_worker worker{honest.where().cluster_store({"pipe", "--connect", honest.server().endpoint(), "--store",
                                                   "s", "--secret-file", wrong, "--timeout", "3s"})};
  auto answer = worker.call({{"op", "get"}, {"id", "a"}});
  CHECK(answer["ok"] == false);
  CHECK(answer["error"] == "unauthorized");
  CHECK(worker.finish() == 0);
  honest.go_on();
  honest.finish();
}

TEST_CASE("a secret file that others can read or that is too short is refused on both sides") {
  const sandbox where;
  const auto open_file = where.write_file("open-secret", "a secret that others can read\n");
  ::chmod(open_file.c_str(), 0644);
  const auto short_file = where.write_file("short-secret", "short\n");
  for (const auto& file : {open_file, short_file, where.path("no-such-file")}) {
    INFO(file);
    const auto served = run(where.cluster_store(
        {"serve", "--listen", "127.0.0.1:0", "--store", "s=memory:", "--secret-file", file}));
    CHECK(served.code != 0);
    CHECK(served.code <= 5);
    CHECK(served.errors.find(file) != std::string::npos);
    const auto got =
        run(where.cluster_store({"get", "a", "--connect", unused_endpoint(), "--secret-file", file}));
    CHECK(got.code != 0);
    CHECK(got.errors.find(file) != std::string::npos);
  }
}

TEST_CASE("the Unix socket is its owner's alone") {
  const sandbox where;
  master server{where, {.listen = "unix:" + where.path("store.sock")}};
  server.start();
  struct stat found {};
  REQUIRE(::stat(where.path("store.sock").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
}

TEST_CASE("a listen address beyond this machine is refused without TLS") {
  const sandbox where;
  const auto served = run(where.cluster_store(
      {"serve", "--listen", "0.0.0.0:0", "--store", "s=memory:", "--secret-file", where.secret_file()}));
  CHECK(served.code == 4);
  CHECK(served.errors.find("TLS") != std::string::npos);
  CHECK(served.errors.find("--tls-cert") != std::string::npos);
}
