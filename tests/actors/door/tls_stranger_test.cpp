#include <filesystem>
#include <random>

#include <cluster_store/tests/support/catch.hpp>

#include <cluster_store/tests/actors/door/tls_support.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

auto open_descriptors_here() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

/// A master with TLS, a worker that is let in, and what strangers need to look like one.
struct visited_master {
  explicit visited_master(std::chrono::milliseconds limit = 2s) {
    auto how = with_tls(place.server());
    how.preamble_timeout = limit;
    listening.emplace(master.serve(any_port(), how));
    link.emplace(*worker.connect(where(), through_tls(place.client())));
    go_on();
  }

  const endpoint& where() const { return listening->where(); }
  void go_on() { REQUIRE(worker.ask(*link, "x") == "gate: x"); }

  tls_place place;
  door::tls_context client = loaded(place.client(), door::tls_side::client);
  std::string hello = client_hello(client);
  node master;
  node worker;
  std::optional<door::listener> listening;
  std::optional<door::link> link;
};

} // namespace

TEST_CASE("who is silent at a TLS port, or half-way silent, is closed after the timeout, without spinning",
          "[door][tls]") {
  visited_master at{300ms};
  REQUIRE(at.hello.size() > 100);
  REQUIRE(at.hello.front() == door::tls_first_byte);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5}, at.hello.size() / 2,
                                 at.hello.size() - 1, at.hello.size()}) {
    const auto started = std::chrono::steady_clock::now();
    const auto used = time_used();
    raw_peer stranger{at.where()};
    stranger.send(std::string_view{at.hello}.substr(0, size));
    CHECK(stranger.is_closed());
    CHECK(std::chrono::steady_clock::now() - started >= 290ms);
    CHECK(time_used() - used < 150ms);
  }
  CHECK(at.master.door().refused() == 6);
  at.go_on();
}

TEST_CASE("who shakes hands and then is silent gets the time of the preamble, and no more", "[door][tls]") {
  visited_master at{300ms};
  tls_peer stranger{at.where(), at.client};
  REQUIRE(stranger.shake_hands() == door::progress::done);
  const auto started = std::chrono::steady_clock::now();
  CHECK(stranger.receive(1).empty());
  CHECK(stranger.end() == door::progress::ended);
  CHECK(std::chrono::steady_clock::now() - started >= 200ms);
  CHECK(std::chrono::steady_clock::now() - started < 2s);
  at.go_on();
}

TEST_CASE("a handshake that comes byte by byte succeeds if it is in time", "[door][tls]") {
  visited_master at;
  raw_peer stranger{at.where()};
  for (const char each : at.hello)
    stranger.send({&each, 1});
  CHECK(stranger.receive(1) == std::string(1, door::tls_first_byte)); // the server's answer begins
}

TEST_CASE("garbage that begins like TLS, and a damaged handshake, are refused and reach nothing",
          "[door][tls]") {
  visited_master at;
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto noise = [&](std::size_t size) {
    std::string bytes(size, '\0');
    for (auto& each : bytes)
      each = static_cast<char>(random());
    return bytes;
  };
  for (const std::size_t size : {16u, 300u, 5000u, 300'000u}) {
    raw_peer stranger{at.where()};
    stranger.send(std::string(1, door::tls_first_byte) + noise(size));
    CHECK(stranger.is_closed(3s));
    raw_peer other{at.where()};
    other.send(at.hello + noise(size));
    CHECK(other.is_closed(3s));
    at.go_on();
  }
  for (int round = 0; round < 100; ++round) {
    auto bytes = at.hello;
    bytes[random() % bytes.size()] ^= static_cast<char>(1u << random() % 8);
    raw_peer stranger{at.where()};
    stranger.send(bytes + noise(64));
    CHECK(stranger.is_closed(3s));
  }
  at.go_on();
  CHECK(at.master.door().accepted() == 1);
}

TEST_CASE("valid TLS with garbage inside never reaches CAF", "[door][tls]") {
  visited_master at;
  for (const std::size_t size : {32u, 193u, 5000u}) {
    tls_peer stranger{at.where(), at.client};
    REQUIRE(stranger.shake_hands() == door::progress::done);
    std::string packet(size, '\0');
    packet[0] = packet[3] = '\1';
    stranger.send(packet);
    CHECK(stranger.receive(16).size() == 16); // the refusal
    CHECK(stranger.receive(1).empty());
    CHECK(stranger.end() != door::progress::wants_read);
    at.go_on();
  }
}

TEST_CASE("a hundred strangers at a TLS port do not keep an honest peer out", "[door][tls]") {
  visited_master at;
  std::vector<raw_peer> strangers;
  for (int count = 0; count < 100; ++count) {
    strangers.emplace_back(at.where());
    strangers.back().send(std::string_view{at.hello}.substr(0, static_cast<std::size_t>(count)));
  }
  at.go_on();
  node late;
  const auto started = std::chrono::steady_clock::now();
  const auto second = late.connect(at.where(), through_tls(at.place.client()));
  REQUIRE(second);
  CHECK(std::chrono::steady_clock::now() - started < 1s); // long before the strangers' time is up
  CHECK(at.master.door().refused() >= 36);
}

TEST_CASE("peers that leave in the middle of TLS leave nothing behind", "[door][tls]") {
  visited_master at;
  const auto before = open_descriptors_here();
  for (std::size_t size = 0; size <= at.hello.size(); size += 11) {
    raw_peer stranger{at.where()};
    stranger.send(std::string_view{at.hello}.substr(0, size));
  }
  for (int round = 0; round < 20; ++round) {
    tls_peer stranger{at.where(), at.client};
    REQUIRE(stranger.shake_hands() == door::progress::done);
  }
  at.go_on();
  CHECK(wait_until([&] { return open_descriptors_here() <= before; }, within(patience)));
  CHECK(at.master.door().accepted() == 1);
}
