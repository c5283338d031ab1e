#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/door/preamble/frames.hpp>

#include <cluster_store/tests/actors/door/mentions.hpp>
#include <cluster_store/tests/actors/door/preamble/preamble_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using door::client_preamble;
using door::refusal;
using door::server_preamble;

namespace {

constexpr auto by_secret = door::proof_kind::secret;
constexpr auto by_uid = door::proof_kind::uid;

client_preamble client_with(std::string_view key, door::role wanted = door::role::worker) {
  return {client_identity(), wanted, by_secret, key, nonce_of(3)};
}

server_preamble server_with(door::identity who) {
  return {std::move(who), by_secret, {right_key, right_key}, nonce_of(4)};
}

} // namespace

TEST_CASE("both sides with the secret admit each other", "[door][preamble]") {
  conversation talk;
  talk.run();
  REQUIRE(talk.admitted());
  CHECK(talk.client.pass() == some_pass);
  CHECK(talk.server.peer() == client_identity());
  CHECK(talk.client.server() == server_identity());
  CHECK(talk.server.wanted_role() == door::role::worker);
  CHECK(talk.from_client.size() == door::frames::hello_bytes + door::frames::proof_frame_bytes);
  CHECK(talk.from_server.size() == door::frames::challenge_bytes + door::frames::welcome_bytes);
}

TEST_CASE("it does not matter in which portions the bytes arrive", "[door][preamble]") {
  for (std::size_t portion = 1; portion < 200; ++portion) {
    conversation talk;
    talk.run(portion);
    REQUIRE(talk.admitted());
  }
}

TEST_CASE("neither side wants a byte that belongs to CAF", "[door][preamble]") {
  conversation talk;
  talk.run();
  CHECK(talk.client.wanted() == 0);
  CHECK(talk.server.wanted() == 0);
}

TEST_CASE("a preamble that is cut off anywhere admits nobody", "[door][preamble]") {
  conversation whole;
  whole.run();
  for (std::size_t length = 0; length < whole.from_client.size(); ++length) {
    auto server = server_with(server_identity());
    std::string_view bytes = std::string_view{whole.from_client}.substr(0, length);
    while (!bytes.empty() && server.wanted() > 0) {
      const auto some = bytes.substr(0, server.wanted());
      server.feed(some);
      bytes.remove_prefix(some.size());
    }
    REQUIRE(server.at() == server_preamble::stage::talking);
  }
  for (std::size_t length = 0; length < whole.from_server.size(); ++length) {
    conversation talk;
    talk.client.hello();
    talk.to_client(std::string_view{whole.from_server}.substr(0, length));
    if (talk.client.at() == client_preamble::stage::challenged) {
      talk.client.prove();
      talk.to_client(std::string_view{whole.from_server}.substr(door::frames::challenge_bytes,
                                                                length - door::frames::challenge_bytes));
    }
    REQUIRE(talk.client.at() == client_preamble::stage::talking);
  }
}

TEST_CASE("a client with a wrong secret is refused and learns nothing but that", "[door][preamble]") {
  conversation talk;
  talk.client = client_with(other_key);
  talk.run();
  REQUIRE(talk.client.at() == client_preamble::stage::failed);
  CHECK(talk.client.problem().code == errc::unauthorized);
  CHECK(talk.server.reason() == refusal::unauthorized);
  CHECK(talk.from_server.size() == door::frames::challenge_bytes + door::frames::head_bytes);
}

TEST_CASE("what a server says before the proof does not depend on its secret", "[door][preamble]") {
  conversation one;
  conversation other;
  other.server = {server_identity(), by_secret, {other_key, other_key}, nonce_of(4)};
  const auto hello = one.client.hello();
  CHECK(one.to_server(hello) == other.to_server(hello));
}

TEST_CASE("a server with a wrong secret does not get a client", "[door][preamble]") {
  conversation talk;
  talk.to_client(talk.to_server(talk.client.hello()));
  talk.client.prove();
  // This server lets everybody in but cannot prove itself.
  server_preamble impostor{server_identity(), by_secret, {other_key, other_key}, nonce_of(4)};
  const auto forger = [&] {
    auto knows = client_with(other_key);
    impostor.feed(std::string_view{knows.hello()}.substr(0, 16));
    impostor.feed(std::string_view{knows.hello()}.substr(16));
    conversation inner;
    inner.client = client_with(other_key);
    inner.server = impostor;
    inner.client.hello();
    inner.to_client(std::string_view{talk.from_server});
    inner.to_server(inner.client.prove());
    return inner.server.admit(some_pass);
  }();
  talk.to_client(forger);
  REQUIRE(talk.client.at() == client_preamble::stage::failed);
  CHECK(talk.client.problem().code == errc::unauthorized);
}

TEST_CASE("without any secret a TCP server admits nobody, not even with an empty key", "[door][preamble]") {
  conversation talk;
  talk.client = client_with("");
  talk.server = {server_identity(), by_secret, {}, nonce_of(4)};
  talk.run();
  CHECK(talk.server.reason() == refusal::unauthorized);
  CHECK_FALSE(talk.admitted());
}

TEST_CASE("a client on TCP does not believe a server that wants no secret", "[door][preamble]") {
  conversation talk;
  talk.server = {server_identity(), by_uid, {}, nonce_of(4)};
  talk.run();
  CHECK(talk.client.at() == client_preamble::stage::failed);
}

TEST_CASE("on a Unix socket no secret is needed", "[door][preamble]") {
  conversation talk;
  talk.client = {client_identity(), door::role::admin, by_uid, "", nonce_of(3)};
  talk.server = {server_identity(), by_uid, {}, nonce_of(4)};
  talk.run();
  CHECK(talk.admitted());
  CHECK(talk.server.wanted_role() == door::role::admin);
}

TEST_CASE("each role needs its own secret", "[door][preamble]") {
  const door::role_keys keys{right_key, other_key};
  const auto admits = [&](door::role wanted, std::string_view key) {
    conversation talk;
    talk.client = client_with(key, wanted);
    talk.server = {server_identity(), by_secret, keys, nonce_of(4)};
    talk.run();
    return talk.admitted();
  };
  CHECK(admits(door::role::worker, right_key));
  CHECK(admits(door::role::admin, other_key));
  CHECK_FALSE(admits(door::role::admin, right_key));
  CHECK_FALSE(admits(door::role::worker, other_key));
}

TEST_CASE("peers without a common protocol version are told both", "[door][preamble]") {
  auto newer = server_identity();
  newer.protocol_lowest = 7;
  newer.protocol_highest = 9;
  conversation talk;
  talk.server = server_with(newer);
  talk.run();
  REQUIRE(talk.client.at() == client_preamble::stage::failed);
  CHECK(talk.client.problem().code == errc::version_mismatch);
  CHECK(tests::mentions(talk.client.problem().message, "version 2,"));
  CHECK(tests::mentions(talk.client.problem().message, "version 7 to 9"));
}

TEST_CASE("peers of two generations of CAF are told both", "[door][preamble]") {
  for (const auto server_generation : {std::uint8_t{0}, std::uint8_t{1}}) {
    auto mine = client_identity();
    mine.generation = server_generation == 0 ? 1 : 0;
    auto theirs = server_identity();
    theirs.generation = server_generation;
    conversation talk;
    talk.client = {mine, door::role::worker, by_secret, right_key, nonce_of(3)};
    talk.server = server_with(theirs);
    talk.run();
    REQUIRE(talk.client.at() == client_preamble::stage::failed);
    CHECK(talk.client.problem().code == errc::version_mismatch);
    CHECK(tests::mentions(talk.client.problem().message, "CAF 0.17"));
    CHECK(tests::mentions(talk.client.problem().message, "CAF 1.x"));
  }
}

TEST_CASE("a later revision of the preamble is refused as a version, not as garbage", "[door][preamble]") {
  conversation talk;
  auto hello = talk.client.hello();
  hello[9] = 2;
  const auto answer = talk.to_server(hello);
  CHECK(talk.server.reason() == refusal::protocol);
  talk.to_client(answer);
  CHECK(talk.client.problem().code == errc::version_mismatch);
}

TEST_CASE("a server with the node id of the client is refused by the client", "[door][preamble]") {
  conversation talk;
  talk.server = server_with(some_identity(client_identity().node, 2));
  talk.run();
  REQUIRE(talk.client.at() == client_preamble::stage::failed);
  CHECK(talk.client.problem().code == errc::unavailable);
  CHECK(tests::mentions(talk.client.problem().message, "node id"));
}

TEST_CASE("every refusal has a message and a code of its own kind", "[door][preamble]") {
  const auto code_of = [](refusal why) {
    conversation talk;
    talk.client.hello();
    talk.to_client(talk.server.refuse(why));
    REQUIRE(talk.client.at() == client_preamble::stage::failed);
    CHECK(talk.client.problem().message.size() > 40);
    return talk.client.problem().code;
  };
  CHECK(code_of(refusal::protocol) == errc::version_mismatch);
  CHECK(code_of(refusal::generation) == errc::version_mismatch);
  CHECK(code_of(refusal::unauthorized) == errc::unauthorized);
  CHECK(code_of(refusal::connections) == errc::overloaded);
  CHECK(code_of(refusal::strangers) == errc::overloaded);
  CHECK(code_of(refusal::node_in_use) == errc::unavailable);
  CHECK(code_of(refusal::same_node) == errc::unavailable);
  CHECK(code_of(refusal::malformed) == errc::unavailable);
  CHECK(code_of(static_cast<refusal>(200)) == errc::unavailable);
}
