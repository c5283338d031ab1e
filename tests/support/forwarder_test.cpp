#include <cluster_store/tests/support/forwarder.hpp>

#include <sys/socket.h>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/socket.hpp>

using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

std::string endpoint_of(const file_descriptor& listener) {
  return "127.0.0.1:" + std::to_string(port_of(listener));
}

std::string receive_from(const file_descriptor& socket, std::size_t bytes) {
  std::string received(bytes, '\0');
  const auto count = ::recv(socket.number(), received.data(), bytes, MSG_WAITALL);
  received.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return received;
}

/// A worker that is connected through a forwarder to a listener of the test.
struct connected {
  file_descriptor listener = listen_on_loopback();
  forwarder between{endpoint_of(listener)};
  stranger worker{between.endpoint()};
  file_descriptor master{::accept(listener.number(), nullptr, nullptr)};
};

} // namespace

TEST_CASE("a forwarder passes bytes both ways") {
  connected link;
  REQUIRE(link.worker.send("up"));
  CHECK(receive_from(link.master, 2) == "up");
  REQUIRE(::send(link.master.number(), "down", 4, 0) == 4);
  CHECK(link.worker.receive(4));
  CHECK(link.worker.received() == "down");
  CHECK(link.between.accepted() == 1);
}

TEST_CASE("a forwarder that holds delivers when it passes again") {
  connected link;
  REQUIRE(link.worker.send("a"));
  REQUIRE(receive_from(link.master, 1) == "a");
  link.between.set(forwarder::behaviour::hold);
  REQUIRE(link.worker.send("b"));
  link.between.set(forwarder::behaviour::pass);
  CHECK(receive_from(link.master, 1) == "b");
}

TEST_CASE("a cut reaches both sides") {
  connected link;
  link.between.cut();
  CHECK(link.worker.wait_for_close(within(5s)));
  CHECK(receive_from(link.master, 1).empty());
}

TEST_CASE("a half-closed link still answers") {
  connected link;
  link.between.half_close();
  CHECK(receive_from(link.master, 1).empty());
  REQUIRE(::send(link.master.number(), "down", 4, 0) == 4);
  CHECK(link.worker.receive(4));
}

TEST_CASE("a link to a master that is away is closed") {
  const auto nowhere = unused_endpoint();
  forwarder between{nowhere};
  stranger worker{between.endpoint()};
  CHECK(worker.wait_for_close(within(5s)));
}
