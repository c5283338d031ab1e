#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/actors/door/streams/connection_stream.hpp>

#include <random>
#include <string>

#include <sys/socket.h>

#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::door;

namespace {

using state = read_ahead::state;

struct socket_pair {
  socket_pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    near = cluster_store::unshared_descriptor{ends[0]};
    far = cluster_store::unshared_descriptor{ends[1]};
  }

  void put(const std::string& bytes) {
    REQUIRE(::send(far.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL)
            == static_cast<ssize_t>(bytes.size()));
  }

  cluster_store::unshared_descriptor near;
  cluster_store::unshared_descriptor far;
};

/// Reads as a stream of CAF does on one event: until there is nothing.
std::string read_all(read_ahead& from, int socket, std::size_t piece) {
  std::string all;
  for (;;) {
    std::string part(piece, '\0');
    std::size_t count = 0;
    REQUIRE(from.read_some(count, socket, part.data(), part.size()) == state::success);
    if (count == 0) {
      CHECK_FALSE(from.must_read_more(socket, piece));
      return all;
    }
    all += part.substr(0, count);
  }
}

} // namespace

TEST_CASE("what is read ahead comes out in order, whatever is asked for at once") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  socket_pair sockets;
  read_ahead ahead;
  std::string sent;
  std::string received;
  for (int round = 0; round < 200; ++round) {
    std::string bytes(1 + random() % 40'000, '\0');
    for (auto& each : bytes)
      each = static_cast<char>(random());
    sockets.put(bytes);
    sent += bytes;
    received += read_all(ahead, sockets.near.get(), 1 + random() % 40'000);
  }
  CHECK(received == sent);
}

TEST_CASE("bytes that were read ahead are announced until they are taken") {
  socket_pair sockets;
  read_ahead ahead;
  CHECK_FALSE(ahead.must_read_more(sockets.near.get(), 1));
  sockets.put("headerpayload");
  char header[6];
  std::size_t count = 0;
  REQUIRE(ahead.read_some(count, sockets.near.get(), header, sizeof header) == state::success);
  CHECK(count == sizeof header);
  CHECK(ahead.must_read_more(sockets.near.get(), 7));
  char payload[64];
  REQUIRE(ahead.read_some(count, sockets.near.get(), payload, sizeof payload) == state::success);
  CHECK(std::string(payload, count) == "payload");
  CHECK_FALSE(ahead.must_read_more(sockets.near.get(), 1));
}

TEST_CASE("the end of a connection is a failure after all that came before it") {
  socket_pair sockets;
  read_ahead ahead;
  sockets.put("last words");
  sockets.far = cluster_store::unshared_descriptor{};
  CHECK(read_all(ahead, sockets.near.get(), 4) == "last words");
  std::size_t count = 0;
  char more[4];
  CHECK(ahead.read_some(count, sockets.near.get(), more, sizeof more) == state::failure);
}

TEST_CASE("a Unix socket that was wide for a large message is as any other afterwards") {
  const auto holds = [](const socket_pair& sockets) {
    const std::string bytes(64 * 1024, 'x');
    std::size_t all = 0;
    for (ssize_t sent = 1; sent > 0; all += sent > 0 ? static_cast<std::size_t>(sent) : 0)
      sent = ::send(sockets.near.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return all;
  };
  const auto usual = holds(socket_pair{});
  socket_pair wide;
  const auto former = exchange_send_buffer(wide.near.get(), 1024 * 1024);
  CHECK(holds(wide) > usual);
  socket_pair narrow;
  exchange_send_buffer(narrow.near.get(), 1024 * 1024);
  exchange_send_buffer(narrow.near.get(), former);
  CHECK(holds(narrow) == usual);
}
