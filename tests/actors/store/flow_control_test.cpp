#include <array>
#include <random>
#include <set>

#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

constexpr std::size_t kibibyte = 1024;

actors::flow_control::limits small() {
  actors::flow_control::limits out;
  out.own_bytes = 4 * kibibyte;
  out.requests_bytes_max = out.answers_bytes_max = 64 * kibibyte;
  return out;
}

/// Clients of a store with small windows.
struct flow_fixture {
  flow_fixture() {
    for (std::uint8_t i = 0; i < clients.size(); ++i) {
      clients[i] = std::make_unique<actors::client_state>(backends::client_id{{i}});
      flow.begin(*clients[i], 32 * kibibyte);
    }
  }

  actors::client_state& operator[](std::size_t i) { return *clients[i]; }

  /// The client asks to send so many bytes more.
  void want(std::size_t i, std::size_t bytes) {
    auto& state = clients[i]->flow;
    flow.reported(*clients[i], {state.taken, state.came + bytes, state.returned});
    backends::invariants::check(flow);
  }

  void take(std::size_t i) {
    flow.reported(*clients[i], {clients[i]->flow.answered, 0, 0});
    backends::invariants::check(flow);
  }

  void answer(std::size_t i, std::size_t bytes) {
    flow.stage(*clients[i], bytes);
    flow.committed();
    backends::invariants::check(flow);
  }

  std::uint64_t free(std::size_t i) const { return clients[i]->flow.granted - clients[i]->flow.came; }

  actors::flow_control flow{small()};
  std::array<std::unique_ptr<actors::client_state>, 4> clients;
};

} // namespace

TEST_CASE("a client may send its own bytes unasked, and no more than it was granted") {
  flow_fixture here;
  CHECK(here.flow.came(here[0], 4 * kibibyte));
  CHECK_FALSE(here.flow.came(here[0], 1));
  here.flow.settled(here[0], 3 * kibibyte);
  CHECK(here.flow.came(here[0], 3 * kibibyte));
  CHECK_FALSE(here.flow.came(here[0], 1));
}

TEST_CASE("what a client wants beyond is lent, as long as the budget has it, and then in turn") {
  flow_fixture here;
  here.want(0, 40 * kibibyte);
  CHECK(here.free(0) == 40 * kibibyte);
  here.want(1, 40 * kibibyte);
  here.want(2, 8 * kibibyte); // smaller, but later
  CHECK(here.free(1) == 4 * kibibyte);
  CHECK(here.free(2) == 4 * kibibyte);
  REQUIRE(here.flow.came(here[0], 40 * kibibyte));
  here.flow.settled(here[0], 40 * kibibyte);
  CHECK(here.free(0) == 4 * kibibyte);
  CHECK(here.free(1) == 40 * kibibyte);
  CHECK(here.free(2) == 8 * kibibyte);
  backends::invariants::check(here.flow);
}

TEST_CASE("a loan stays while nobody waits for it, and comes back when its owner says so or goes") {
  flow_fixture here;
  here.want(0, 60 * kibibyte);
  REQUIRE(here.flow.came(here[0], 60 * kibibyte));
  here.flow.settled(here[0], 60 * kibibyte);
  CHECK(here.free(0) == 60 * kibibyte);
  here.want(1, 60 * kibibyte);
  CHECK(here.free(1) == 4 * kibibyte);
  SECTION("it is returned") {
    here.flow.reported(here[0], {0, 0, 56 * kibibyte});
    CHECK(here.free(0) == 4 * kibibyte);
  }
  SECTION("its owner goes") {
    here.flow.forget(here[0]);
  }
  CHECK(here.free(1) == 60 * kibibyte);
  backends::invariants::check(here.flow);
}

TEST_CASE("an operation larger than the budget passes, alone") {
  flow_fixture here;
  here.want(0, 8 * kibibyte);
  here.want(1, 16 * 1024 * kibibyte);
  CHECK(here.free(1) == 4 * kibibyte);
  here.flow.forget(here[0]);
  CHECK(here.free(1) == 16 * 1024 * kibibyte);
}

TEST_CASE("answers that were not taken are bounded by the client's window, but one always passes") {
  flow_fixture here;
  CHECK(here.flow.has_room(here[0], 1024 * kibibyte));
  here.answer(0, 30 * kibibyte);
  CHECK(here.flow.has_room(here[0], 2 * kibibyte));
  CHECK_FALSE(here.flow.has_room(here[0], 3 * kibibyte));
  CHECK(here.flow.has_room(here[1], 32 * kibibyte)); // it waits for itself, not for the budget
  here.take(0);
  CHECK(here.flow.take_roomy() == std::vector{here.clients[0].get()});
  CHECK(here.flow.has_room(here[0], 32 * kibibyte));
}

TEST_CASE("answers beyond the clients' own room are bounded by the budget, in turn") {
  flow_fixture here;
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(here.flow.has_room(here[i], 32 * kibibyte));
    here.answer(i, 32 * kibibyte);
  }
  CHECK(here.flow.has_room(here[2], 12 * kibibyte)); // 8 KiB are left
  CHECK_FALSE(here.flow.has_room(here[2], 13 * kibibyte));
  CHECK_FALSE(here.flow.has_room(here[3], 5 * kibibyte)); // would have room, but comes later
  CHECK(here.flow.has_room(here[3], 4 * kibibyte));
  here.take(1);
  CHECK(here.flow.take_roomy() == std::vector{here.clients[2].get(), here.clients[3].get()});
}

TEST_CASE("whoever keeps a loan that others wait for, and does nothing, is stuck") {
  flow_fixture here;
  here.want(0, 60 * kibibyte);
  here.answer(1, 60 * kibibyte);
  for (int second = 0; second < 10; ++second)
    CHECK(here.flow.tick().empty()); // nobody waits
  here.want(2, 60 * kibibyte);
  CHECK_FALSE(here.flow.has_room(here[3], 20 * kibibyte));
  const auto stuck = here.flow.tick();
  CHECK(std::set(stuck.begin(), stuck.end()) == std::set{here.clients[0].get(), here.clients[1].get()});
}

TEST_CASE("whatever clients do, their windows hold, and in the end nothing is lent") {
  const auto seed = GENERATE(take(50, random(1, 1'000'000'000)));
  INFO("seed " << seed);
  std::mt19937_64 random{static_cast<std::uint64_t>(seed)};
  const auto below = [&random](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  flow_fixture here;
  for (int step = 0; step < 2'000; ++step) {
    const auto i = below(4);
    auto& client = here[i];
    auto& state = client.flow;
    switch (below(8)) {
    case 0:
      here.want(i, below(80 * kibibyte));
      break;
    case 1:
      REQUIRE(here.flow.came(client, below(here.free(i) + 1)));
      break;
    case 2:
      here.flow.settled(client, below(static_cast<std::size_t>(state.came - state.settled) + 1));
      break;
    case 3:
      here.flow.reported(client,
                         {state.taken + below(static_cast<std::size_t>(state.answered - state.taken) + 1), 0,
                          state.returned + below(here.free(i) + 1)});
      break;
    case 4:
      here.take(i);
      break;
    case 5:
      here.flow.forget(client);
      here.flow.begin(client, 32 * kibibyte);
      break;
    default:
      if (const auto bytes = below(40 * kibibyte); here.flow.has_room(client, bytes)) {
        here.flow.stage(client, bytes);
        if (below(4) == 0)
          here.flow.aborted();
        here.flow.committed();
      }
    }
    here.flow.take_roomy();
    backends::invariants::check(here.flow);
    std::size_t unread = 0;
    for (const auto& each : here.clients)
      unread += static_cast<std::size_t>(each->flow.answered - each->flow.taken);
    CHECK(unread <= 4 * 4 * kibibyte + 64 * kibibyte + 40 * kibibyte);
  }
  for (const auto& each : here.clients)
    here.flow.forget(*each);
  CHECK(here.flow.lent() == 0);
}

TEST_CASE("who has let much pass comes to rest once, when hardly anything passes any more") {
  flow_fixture here;
  const auto let_pass = [&](std::size_t mebibytes) {
    for (std::size_t i = 0; i < mebibytes; ++i) {
      here.answer(0, 512 * kibibyte);
      here.take(0);
      here.flow.reported(here[1], {0, here[1].flow.came + 512 * kibibyte, 0});
      REQUIRE(here.flow.came(here[1], 512 * kibibyte));
      here.flow.settled(here[1], 512 * kibibyte);
    }
  };
  CHECK_FALSE(here.flow.comes_to_rest());
  let_pass(20);
  CHECK_FALSE(here.flow.comes_to_rest()); // it is not over yet
  CHECK(here.flow.comes_to_rest());
  CHECK_FALSE(here.flow.comes_to_rest());
  let_pass(10);
  CHECK_FALSE(here.flow.comes_to_rest());
  CHECK_FALSE(here.flow.comes_to_rest()); // not worth it
  let_pass(10);
  CHECK_FALSE(here.flow.comes_to_rest());
  here.answer(0, kibibyte);
  CHECK(here.flow.comes_to_rest());
}
