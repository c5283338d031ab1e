#include <cluster_store/actors/door/streams/tls_relay.hpp>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/actors/door/streams/byte_stream.hpp>
#include <cluster_store/tests/actors/door/tls_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

std::string pattern(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; ++at)
    bytes[at] = static_cast<char>((at * 31 + (at >> 12)) ^ seed);
  return bytes;
}

/// A TLS connection whose server's end is relayed: `peer` talks TLS, `inside` is what CAF would get.
struct relayed {
  relayed() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    auto server = door::tls_stream::accept(loaded(place.server(), door::tls_side::server),
                                           unshared_descriptor{ends[0]});
    peer.emplace(door::tls_stream::connect(loaded(place.client(), door::tls_side::client),
                                           unshared_descriptor{ends[1]}, "localhost"));
    for (auto both = door::progress::wants_read; both != door::progress::done;) {
      peer->shake_hands(0ms);
      both = server->start().what;
      REQUIRE(both != door::progress::failed);
    }
    REQUIRE(peer->shake_hands() == door::progress::done);
    auto got = relay.carry(std::move(server));
    REQUIRE(got);
    inside.emplace(std::make_unique<door::byte_stream>(std::move(*got)));
  }

  tls_place place;
  door::tls_relay relay;
  std::optional<tls_peer> peer;
  std::optional<tls_peer> inside; ///< Plain.
};

/// Sends as much as `from` takes while nobody reads at the other end. @returns how much that was.
std::size_t fill(tls_peer& from, const std::string& bulk) {
  std::size_t sent = 0;
  while (sent < bulk.size()) {
    const auto now = from.stream().write(std::string_view{bulk}.substr(sent));
    if (now.what == door::progress::done) {
      sent += now.bytes;
      continue;
    }
    pollfd state{from.stream().fd(), POLLOUT, 0};
    if (::poll(&state, 1, 300) == 0)
      break;
  }
  return sent;
}

bool is_hung_up(const tls_peer& peer, std::chrono::milliseconds limit) {
  pollfd state{const_cast<tls_peer&>(peer).stream().fd(), POLLRDHUP, 0};
  return ::poll(&state, 1, static_cast<int>(limit.count())) == 1;
}

} // namespace

TEST_CASE("a relay carries megabytes both ways at once, unchanged", "[door][tls]") {
  relayed at;
  const auto inward = pattern(8 * 1024 * 1024, 1);
  const auto outward = pattern(8 * 1024 * 1024, 2);
  std::string got_inside;
  std::string got_outside;
  std::size_t sent_in = 0;
  std::size_t sent_out = 0;
  const auto move = [](tls_peer& who, const std::string& what, std::size_t& sent, std::string& got) {
    if (sent < what.size())
      sent += who.stream().write(std::string_view{what}.substr(sent)).bytes;
    got += who.receive(64 * 1024, 0ms);
  };
  CHECK(wait_until(
      [&] {
        for (int count = 0; count < 100; ++count) {
          move(*at.peer, inward, sent_in, got_outside);
          move(*at.inside, outward, sent_out, got_inside);
        }
        return got_inside.size() == inward.size() && got_outside.size() == outward.size();
      },
      within(patience)));
  CHECK((got_inside == inward));
  CHECK((got_outside == outward));
}

TEST_CASE("a reader that stops, stops the writer at the other end of a relay", "[door][tls]") {
  relayed at;
  const auto bulk = pattern(16 * 1024 * 1024, 3);
  const auto outward = fill(*at.inside, bulk);
  CHECK(outward < 2 * 1024 * 1024); // what the sockets hold, and one buffer
  CHECK((at.peer->receive(outward) == bulk.substr(0, outward)));
  const auto inward = fill(*at.peer, bulk);
  CHECK(inward < 2 * 1024 * 1024);
  CHECK((at.inside->receive(inward) == bulk.substr(0, inward)));
}

TEST_CASE("what was said before an end arrives, then the end", "[door][tls]") {
  const auto last_words = pattern(100'000, 4);
  SECTION("CAF closes its socket") {
    relayed at;
    REQUIRE(at.inside->send(last_words) == door::progress::done);
    at.inside.reset();
    CHECK((at.peer->receive(last_words.size() + 1) == last_words));
    CHECK(at.peer->end() == door::progress::ended);
  }
  SECTION("the table shuts CAF's socket down") {
    relayed at;
    REQUIRE(at.inside->send(last_words) == door::progress::done);
    ::shutdown(at.inside->stream().fd(), SHUT_RDWR);
    CHECK((at.peer->receive(last_words.size() + 1) == last_words));
    CHECK(at.peer->end() == door::progress::ended);
  }
  SECTION("the peer says goodbye") {
    relayed at;
    REQUIRE(at.peer->send(last_words) == door::progress::done);
    at.peer->stream().finish();
    CHECK((at.inside->receive(last_words.size() + 1) == last_words));
    CHECK(at.inside->end() == door::progress::ended);
  }
  SECTION("the peer is gone") {
    relayed at;
    REQUIRE(at.peer->send(last_words) == door::progress::done);
    at.peer.reset();
    CHECK((at.inside->receive(last_words.size() + 1) == last_words));
    CHECK(at.inside->end() == door::progress::ended);
  }
}

TEST_CASE("the end of one side of a relay is seen at the other at once", "[door][tls]") {
  relayed at;
  const auto started = std::chrono::steady_clock::now();
  SECTION("inside") {
    at.inside.reset();
    CHECK(is_hung_up(*at.peer, patience));
  }
  SECTION("outside") {
    at.peer.reset();
    CHECK(is_hung_up(*at.inside, patience));
  }
  SECTION("garbage between records") {
    ::send(at.peer->stream().fd(), "garbage", 7, MSG_NOSIGNAL);
    CHECK(is_hung_up(*at.inside, patience));
  }
  CHECK(std::chrono::steady_clock::now() - started < 1s);
}

TEST_CASE("a peer that reads nothing is closed soon after CAF has closed", "[door][tls]") {
  relayed at;
  fill(*at.inside, pattern(4 * 1024 * 1024, 5));
  const auto started = std::chrono::steady_clock::now();
  at.inside.reset();
  CHECK(is_hung_up(*at.peer, patience));
  CHECK(std::chrono::steady_clock::now() - started < 4s);
}

TEST_CASE("a relay that is stopped delivers what was written to sockets that are closed", "[door][tls]") {
  relayed at;
  const auto last_words = pattern(50'000, 6);
  REQUIRE(at.inside->send(last_words) == door::progress::done);
  at.inside.reset();
  const auto started = std::chrono::steady_clock::now();
  at.relay.stop();
  CHECK(std::chrono::steady_clock::now() - started < 1500ms);
  CHECK((at.peer->receive(last_words.size()) == last_words));
  CHECK_FALSE(at.relay.carry(std::make_unique<door::byte_stream>(unshared_descriptor{})));
}

TEST_CASE("a relay whose connection is idle or full does not spin", "[door][tls]") {
  relayed at;
  const auto used_in = [](std::chrono::milliseconds time) {
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    wait_until([] { return false; }, within(time));
    ::getrusage(RUSAGE_SELF, &after);
    return (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1'000'000 + after.ru_utime.tv_usec
           - before.ru_utime.tv_usec;
  };
  CHECK(used_in(300ms) < 50'000);
  fill(*at.inside, pattern(4 * 1024 * 1024, 7));
  fill(*at.peer, pattern(4 * 1024 * 1024, 8));
  CHECK(used_in(300ms) < 50'000);
}
