#include <cluster_store/actors/door/preamble/failure_limit.hpp>
#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

constexpr steady_time start{1h};

door::failure_limit limit(std::size_t networks_max = 10) {
  door::failure_limit::limits how;
  how.failures_max = 3;
  how.one_back = 1s;
  how.networks_max = networks_max;
  return door::failure_limit{how};
}

} // namespace

TEST_CASE("a network that fails too often has to wait, and others do not") {
  auto door = limit();
  for (int count = 0; count < 3; ++count) {
    CHECK(door.admits("guesser", start));
    door.failed("guesser", start);
  }
  CHECK_FALSE(door.admits("guesser", start));
  CHECK(door.admits("honest", start));
}

TEST_CASE("a failure is forgiven after a while, one after the other") {
  auto door = limit();
  for (int count = 0; count < 3; ++count)
    door.failed("guesser", start);
  CHECK_FALSE(door.admits("guesser", start + 999ms));
  CHECK(door.admits("guesser", start + 1s));
  door.failed("guesser", start + 1s);
  CHECK_FALSE(door.admits("guesser", start + 1'999ms));
  CHECK(door.admits("guesser", start + 2s));
}

TEST_CASE("however often a network failed, it may try again soon") {
  auto door = limit();
  for (int count = 0; count < 1'000; ++count)
    door.failed("guesser", start);
  CHECK_FALSE(door.admits("guesser", start + 999ms));
  CHECK(door.admits("guesser", start + 1s));
}

TEST_CASE("a limit remembers a bounded number of networks, those that failed most") {
  auto door = limit(2);
  door.failed("twice", start);
  door.failed("twice", start);
  door.failed("twice", start);
  for (int count = 0; count < 100; ++count)
    door.failed("once " + std::to_string(count), start);
  backends::invariants::check(door);
  CHECK(door.networks() == 2);
  CHECK_FALSE(door.admits("twice", start));
  door.failed("later", start + 1h);
  CHECK(door.networks() == 1);
}

TEST_CASE("an address that fails too often is turned away, and workers from elsewhere are let in", "[door]") {
  node master;
  auto how = with_secret();
  how.failures = {3, 1h, 10, true};
  const auto listening = master.serve(any_port(), how);
  const std::string guesser = "127.0.0.2";
  for (int count = 0; count < 3; ++count) {
    raw_peer stranger{listening.where(), guesser};
    stranger.send(std::string(200, 'x'));
    CHECK(stranger.is_closed());
  }
  raw_peer again{listening.where(), guesser};
  const auto head = door::frames::read_head(again.receive(door::frames::head_bytes));
  REQUIRE(head);
  CHECK(head->what == door::frames::kind::refusal);
  CHECK(head->detail == static_cast<std::uint8_t>(door::refusal::strangers));
  CHECK(again.is_closed());
  node worker;
  CHECK(worker.connect(listening.where(), knowing_secret()));
}
