#include <cluster_store/tests/support/catch.hpp>

#include <sys/socket.h>

#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/actors/door/mentions.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

/// Listens without ever accepting; with a queue of one.
file_descriptor silent_listener(const door::socket_address& where) {
  file_descriptor socket{::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(::bind(socket.number(), where.get(), where.length()) == 0);
  REQUIRE(::listen(socket.number(), 0) == 0);
  return socket;
}

error error_of(node& from, const endpoint& where, const door::connect_options& how = knowing_secret()) {
  const auto link = from.connect(where, how);
  REQUIRE_FALSE(link);
  return link.error();
}

} // namespace

TEST_CASE("a wrong or missing secret is unauthorized", "[door]") {
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  node worker;
  auto how = knowing_secret();
  how.key = *door::secret::from("not the secret of all tests");
  CHECK(error_of(worker, listening.where(), how).code == errc::unauthorized);
  how.key.reset();
  CHECK(error_of(worker, listening.where(), how).code == errc::unauthorized);
  CHECK(wait_until([&] { return master.door().refused() == 1; }, within(patience)));
  CHECK(master.door().accepted() == 0);
  CHECK(worker.connect(listening.where(), knowing_secret()));
}

TEST_CASE("the role of the admin needs the secret of the admin", "[door]") {
  node master;
  auto how = with_secret();
  how.keys.admin = *door::secret::from("the secret of the admin");
  const auto listening = master.serve(any_port(), how);
  node worker;
  CHECK(error_of(worker, listening.where(), knowing_secret(door::role::admin)).code == errc::unauthorized);
  auto as_admin = knowing_secret(door::role::admin);
  as_admin.key = how.keys.admin;
  const auto link = worker.connect(listening.where(), as_admin);
  REQUIRE(link);
  CHECK(master.door().find(link->pass)->granted == door::role::admin);
}

TEST_CASE("TCP without a secret and listening beyond loopback are refused", "[door]") {
  node master;
  auto how = with_secret();
  how.gate = master.gate();
  auto open = how;
  open.keys = {};
  CHECK(master.door().listen(any_port(), open).error().code == errc::unauthorized);
  for (const auto* host : {"0.0.0.0", "10.1.2.3", "::", "example.com"}) {
    const auto refused = master.door().listen({endpoint::kind::tcp, {}, host, 0}, how);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::unsupported);
    CHECK(mentions(refused.error().message, "TLS"));
  }
  CHECK(error_of(master, {endpoint::kind::tcp, {}, "192.0.2.1", 1}).code == errc::unsupported);
}

TEST_CASE("options that make no sense are refused", "[door]") {
  node master;
  const auto refused = [&](auto change) {
    auto how = with_secret();
    how.gate = master.gate();
    change(how);
    return master.door().listen(any_port(), how).error().code == errc::invalid_argument;
  };
  CHECK(refused([](auto& how) { how.gate = {}; }));
  CHECK(refused([](auto& how) { how.connections_max = 0; }));
  CHECK(refused([](auto& how) { how.preambles_max = 0; }));
  CHECK(refused([](auto& how) { how.preamble_timeout = 0ms; }));
}

TEST_CASE("a port that is taken is unavailable", "[door]") {
  node master;
  const auto listening = master.serve(any_port(), with_secret());
  node other;
  auto how = with_secret();
  how.gate = other.gate();
  const auto refused = other.door().listen(listening.where(), how);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unavailable);
  CHECK(mentions(refused.error().message, to_string(listening.where())));
}

TEST_CASE("where nobody listens a connect is unavailable at once", "[door]") {
  const temporary_directory place;
  node worker;
  CHECK(error_of(worker, unix_at(place / "socket")).code == errc::unavailable);
  endpoint gone;
  {
    node master;
    gone = master.serve(any_port(), with_secret()).where();
  }
  const auto started = std::chrono::steady_clock::now();
  CHECK(error_of(worker, gone).code == errc::unavailable);
  CHECK(std::chrono::steady_clock::now() - started < 1s);
  CHECK(error_of(worker, {endpoint::kind::tcp, {}, "no-such-host.invalid", 1}).code == errc::unavailable);
}

TEST_CASE("a server that is silent costs a connect its timeout and no more", "[door]") {
  const temporary_directory place;
  const auto unix_path = place / "silent";
  const auto unix_listener = silent_listener(*door::unix_address(unix_path));
  const auto tcp_listener = silent_listener(door::literal_addresses("127.0.0.1", 0).front());
  const endpoint tcp{endpoint::kind::tcp, {}, "127.0.0.1", door::local_port(tcp_listener.number())};
  node worker;
  auto how = knowing_secret();
  how.connect_timeout = 150ms;
  // The second and later ones meet a queue that is full.
  for (int round = 0; round < 3; ++round) {
    for (const auto& where : {unix_at(unix_path), tcp}) {
      const auto started = std::chrono::steady_clock::now();
      CHECK(error_of(worker, where, how).code == errc::unavailable);
      const auto took = std::chrono::steady_clock::now() - started;
      CHECK(took >= 150ms);
      CHECK(took < 5s);
    }
  }
}

TEST_CASE("a server whose CAF is silent costs the timeout of the handshake", "[door]") {
  const temporary_directory place;
  const auto path = place / "half";
  const auto listening = silent_listener(*door::unix_address(path));
  node worker;
  door::connect_options how;
  how.handshake_timeout = 150ms;
  auto outcome = worker.connecting(unix_at(path), how);
  const file_descriptor accepted{::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC)};
  door::server_preamble server{
      raw_identity("0123456789#1", 7), door::proof_kind::uid, {}, random_array<door::challenge_nonce>()};
  std::string words;
  while (server.at() == door::server_preamble::stage::talking) {
    std::string bytes(server.wanted(), '\0');
    const auto size = ::recv(accepted.number(), bytes.data(), bytes.size(), 0);
    REQUIRE(size > 0);
    words = server.feed(std::string_view{bytes}.substr(0, static_cast<std::size_t>(size)));
    REQUIRE(::send(accepted.number(), words.data(), words.size(), MSG_NOSIGNAL) == ssize_t(words.size()));
  }
  words = server.admit(random_array<wire::token>());
  REQUIRE(::send(accepted.number(), words.data(), words.size(), MSG_NOSIGNAL) == ssize_t(words.size()));
  const auto link = outcome.get();
  REQUIRE_FALSE(link);
  CHECK(link.error().code == errc::unavailable);
  CHECK(mentions(link.error().message, "handshake"));
  CHECK(wait_until([&] { return worker.door().connections().empty(); }, within(patience)));
}

TEST_CASE("a process that connects to itself is told so", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  const auto refused = error_of(master, listening.where());
  CHECK(refused.code == errc::unavailable);
  CHECK(mentions(refused.message, "node id"));
}

TEST_CASE("one connection more than allowed is overloaded, until one ends", "[door]") {
  const temporary_directory place;
  node master;
  door::listen_options how;
  how.connections_max = 2;
  const auto listening = master.serve(unix_at(place / "socket"), how);
  node first;
  node second;
  node third;
  const auto link = first.connect(listening.where());
  REQUIRE(link);
  REQUIRE(second.connect(listening.where()));
  CHECK(error_of(third, listening.where()).code == errc::overloaded);
  first.door().close(link->id);
  REQUIRE(wait_until([&] { return master.door().accepted() == 1; }, within(patience)));
  CHECK(third.connect(listening.where()));
}

TEST_CASE("a living process keeps its node id, a dead one does not", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  raw_peer alice{listening.where()};
  REQUIRE(alice.introduce(raw_identity("same-node#1", 1)));
  raw_peer bob{listening.where()};
  const auto refused = bob.introduce(raw_identity("same-node#1", 2));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unavailable);
  CHECK(mentions(refused.error().message, "node id"));
  alice.close();
  // Not at once, if CAF was still about to take over the socket that is closed now.
  const auto inherits = [&] {
    raw_peer heir{listening.where()};
    return heir.introduce(raw_identity("same-node#1", 2)).has_value();
  };
  CHECK(wait_until(inherits, within(patience)));
}

TEST_CASE("a new connection of a process ends its old one first", "[door]") {
  const temporary_directory place;
  node master;
  std::atomic<int> ended = 0;
  door::listen_options how;
  how.ended = [&](const door::peer&) { ++ended; };
  const auto listening = master.serve(unix_at(place / "socket"), how);
  raw_peer old{listening.where()};
  const auto first = old.introduce(raw_identity("some-node#1", 1));
  REQUIRE(first);
  raw_peer fresh{listening.where()};
  const auto second = fresh.introduce(raw_identity("some-node#1", 1));
  REQUIRE(second);
  CHECK(ended == 1);
  CHECK(old.is_closed());
  CHECK_FALSE(master.door().find(*first));
  CHECK(master.door().find(*second));
}

TEST_CASE("a peer with the node id of the server is refused", "[door]") {
  const temporary_directory place;
  node master;
  const auto listening = master.serve(unix_at(place / "socket"));
  raw_peer twin{listening.where()};
  const auto refused = twin.introduce(raw_identity(to_string(master.system().node()), 9));
  REQUIRE_FALSE(refused);
  CHECK(mentions(refused.error().message, "node id"));
}
