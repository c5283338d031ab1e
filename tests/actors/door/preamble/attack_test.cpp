#include <random>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/door/preamble/frames.hpp>

#include <cluster_store/tests/actors/door/preamble/preamble_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using door::client_preamble;
using door::refusal;
using door::server_preamble;

namespace {

void feed_all(auto& side, std::string_view bytes) {
  while (!bytes.empty() && side.wanted() > 0) {
    const auto some = bytes.substr(0, side.wanted());
    side.feed(some);
    bytes.remove_prefix(some.size());
  }
}

} // namespace

TEST_CASE("what a client said once is worth nothing to who repeats it", "[door][preamble]") {
  conversation recorded;
  recorded.run();
  server_preamble server{server_identity(), door::proof_kind::secret, {right_key, right_key}, nonce_of(77)};
  feed_all(server, recorded.from_client);
  CHECK(server.at() == server_preamble::stage::refused);
  CHECK(server.reason() == refusal::unauthorized);
}

TEST_CASE("what a server said once is worth nothing to who repeats it", "[door][preamble]") {
  conversation recorded;
  recorded.run();
  client_preamble client{client_identity(), door::role::worker, door::proof_kind::secret, right_key,
                         nonce_of(78)};
  client.hello();
  feed_all(client, recorded.from_server);
  REQUIRE(client.at() == client_preamble::stage::challenged);
  client.prove();
  feed_all(client, std::string_view{recorded.from_server}.substr(door::frames::challenge_bytes));
  REQUIRE(client.at() == client_preamble::stage::failed);
  CHECK(client.problem().code == errc::unauthorized);
}

TEST_CASE("frames sent back to who sent them are refused", "[door][preamble]") {
  conversation talk;
  const auto hello = talk.client.hello();
  feed_all(talk.client, hello);
  CHECK(talk.client.at() == client_preamble::stage::failed);

  conversation second;
  const auto challenge = second.to_server(second.client.hello());
  feed_all(second.server, challenge);
  CHECK(second.server.at() == server_preamble::stage::refused);

  // A client's own proof in the dress of a welcome: the label differs, so it proves nothing.
  conversation third;
  third.to_client(third.to_server(third.client.hello()));
  const auto proof = third.client.prove();
  auto dressed = door::frames::write_head(door::frames::kind::welcome, 1, server_identity());
  dressed.append(16, '\0');
  dressed += std::string_view{proof}.substr(door::frames::head_bytes);
  feed_all(third.client, dressed);
  REQUIRE(third.client.at() == client_preamble::stage::failed);
  CHECK(third.client.problem().code == errc::unauthorized);
}

TEST_CASE("a bit changed on the way anywhere prevents the admission", "[door][preamble]") {
  conversation whole;
  whole.run();
  const auto bits = (whole.from_client.size() + whole.from_server.size()) * 8;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    conversation talk;
    std::size_t passed = 0;
    const auto carry = [&](std::string frame) {
      const auto place = bit / 8;
      if (place >= passed && place < passed + frame.size())
        frame[place - passed] = static_cast<char>(frame[place - passed] ^ (1 << bit % 8));
      passed += frame.size();
      return frame;
    };
    auto answer = carry(talk.to_server(carry(talk.client.hello())));
    feed_all(talk.client, answer);
    if (talk.client.at() == client_preamble::stage::challenged) {
      answer = talk.to_server(carry(talk.client.prove()));
      if (talk.server.at() == server_preamble::stage::proved)
        answer = talk.server.admit(some_pass);
      feed_all(talk.client, carry(answer));
    }
    INFO("bit " << bit);
    REQUIRE(talk.client.at() != client_preamble::stage::admitted);
  }
}

TEST_CASE("random bytes admit nobody and break nothing", "[door][preamble]") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::uniform_int_distribution<int> any_byte{0, 255};
  std::uniform_int_distribution<std::size_t> any_length{0, 400};
  std::uniform_int_distribution<int> coin{0, 1};
  for (int round = 0; round < 20'000; ++round) {
    conversation talk;
    const auto hello = talk.client.hello();
    const auto challenge = talk.to_server(hello);
    std::string noise(any_length(random), '\0');
    for (auto& c : noise)
      c = static_cast<char>(any_byte(random));
    // Half of the time behind a head that is right, where the noise gets further.
    if (coin(random) == 1)
      noise.replace(0, std::min<std::size_t>(noise.size(), 16), challenge.substr(0, 16));
    feed_all(talk.server, noise);
    feed_all(talk.client, noise);
    REQUIRE(talk.server.at() != server_preamble::stage::proved);
    REQUIRE(talk.client.at() != client_preamble::stage::admitted);
    server_preamble fresh{server_identity(), door::proof_kind::secret, {right_key, right_key}, nonce_of(5)};
    noise.replace(0, std::min<std::size_t>(noise.size(), 16), hello.substr(0, 16));
    feed_all(fresh, noise);
    REQUIRE(fresh.at() != server_preamble::stage::proved);
  }
}

TEST_CASE("the 32 bytes that kill an open CAF port are malformed at the door", "[door][preamble]") {
  server_preamble server{server_identity(), door::proof_kind::uid, {}, nonce_of(4)};
  feed_all(server, std::string(32, '\0'));
  CHECK(server.at() == server_preamble::stage::refused);
  CHECK(server.reason() == refusal::malformed);
}

TEST_CASE("a node id with bytes that a terminal would interpret is malformed", "[door][preamble]") {
  conversation talk;
  talk.client = {some_identity("evil\x1b[2J#1", 1), door::role::worker, door::proof_kind::secret, right_key,
                 nonce_of(3)};
  talk.to_server(talk.client.hello());
  CHECK(talk.server.reason() == refusal::malformed);
  CHECK(talk.server.at() == server_preamble::stage::refused);
}
