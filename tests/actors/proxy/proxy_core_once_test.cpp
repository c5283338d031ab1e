#include <cluster_store/tests/actors/proxy/core_fixture.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

using items = std::vector<std::pair<std::uint64_t, std::string>>;

} // namespace

TEST_CASE("after a loss the unanswered goes again in order with its old numbers, then what waited") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.send("b");
  t.send("c");
  t.answer({2});
  t.link_down();
  t.send("d");
  REQUIRE(t.batches.size() == 3);
  t.link_up();
  t.welcome(true, 1);
  REQUIRE(t.batches.size() == 4);
  CHECK(t.batches[3].items == items{{1, "a"}, {3, "c"}, {4, "d"}});
  CHECK(t.batches[3].head.floor == 1);
}

TEST_CASE("what was answered by a deadline is never sent again") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.wait(4s);
  t.send("b");
  t.link_down();
  t.wait(1s);
  CHECK(t.code_of("a") == errc::deadline_exceeded);
  t.connect();
  CHECK(t.batches.back().items == items{{2, "b"}});
}

TEST_CASE("what is past its deadline when the welcome comes is not sent again") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.link_down();
  t.link_up();
  t.now += 6s; // no tick came in between, as after SIGSTOP
  t.welcome(true);
  CHECK(t.code_of("a") == errc::deadline_exceeded);
  CHECK(t.batches.size() == 1);
}

TEST_CASE("an answer is given once, also if the result arrives twice or for a number never sent") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.send("b");
  t.answer({1, 1, 7, 0, 2, 1});
  CHECK(t.code_of("a") == std::nullopt);
  CHECK(t.code_of("b") == std::nullopt);
  t.answer({1, 2});
  CHECK(t.code_of("a") == std::nullopt);
}

TEST_CASE("without a record of this client nothing was applied, so everything goes again") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.link_down();
  t.link_up();
  t.welcome(false);
  REQUIRE(t.batches.size() == 2);
  CHECK(t.batches[1].items == items{{1, "a"}});
  CHECK(t.hellos[0].second.client == t.hellos[1].second.client);
}

TEST_CASE(
    "with other data, sent mutations are unknown, and reads and unsent operations go on as a new client") {
  core_fixture t;
  t.connect();
  const auto old_client = t.core.client();
  t.send("sent");
  t.send("read");
  t.link_down();
  t.send("unsent");
  t.incarnation = {{66}};
  t.link_up();
  t.welcome(true, 1);
  CHECK(t.code_of("sent") == errc::outcome_unknown);
  CHECK(t.batches.size() == 2);
  CHECK(t.edges == "+-");
  REQUIRE(t.byes.size() == 1);
  CHECK(t.byes[0].client == old_client);
  REQUIRE(t.hellos.size() == 3);
  CHECK(t.hellos[2].second.client != old_client);

  t.welcome(false);
  CHECK(t.edges == "+-+");
  REQUIRE(t.batches.size() == 3);
  CHECK(t.batches[2].head.client == t.core.client());
  CHECK(t.batches[2].items == items{{2, "read"}, {3, "unsent"}});
  t.answer({2, 3});
  CHECK(t.code_of("unsent") == std::nullopt);
}

TEST_CASE(
    "a client without a record goes on if none that was forgotten had its ticket, however long it was away") {
  actors::proxy_core::settings how;
  how.timeout = 10min;
  core_fixture t{how};
  t.connect();
  const auto old_client = t.core.client();
  t.send("sent");
  t.link_down();
  t.now += 5min;
  t.link_up();
  SECTION("none had") {
    t.forgotten_ticket = t.last_ticket - 1;
    t.welcome(false);
    CHECK(t.core.client() == old_client);
    CHECK(t.batches.back().items == items{{1, "sent"}});
  }
  SECTION("one had, perhaps this one: nobody knows what became of it") {
    t.forgotten_ticket = t.last_ticket;
    t.welcome(false);
    CHECK(t.core.client() != old_client);
    CHECK(t.code_of("sent") == errc::outcome_unknown);
  }
  SECTION("one had, but the store still knows this one") {
    t.forgotten_ticket = t.last_ticket;
    t.welcome(true);
    CHECK(t.core.client() == old_client);
  }
}

TEST_CASE("a record with numbers this client never gave out is somebody else's") {
  core_fixture t;
  t.link_up();
  const auto old_client = t.core.client();
  t.welcome(true, 500);
  CHECK(t.core.client() != old_client);
  CHECK(t.edges.empty());
  t.welcome(false);
  CHECK(t.edges == "+");
}

TEST_CASE("an operation in flight while the store died twice is not sent a third time") {
  core_fixture t;
  t.connect();
  t.send("poison");
  t.send("read poison");
  t.lose_store(true);
  t.welcome(true);
  CHECK(t.batches.back().items.size() == 2);
  t.send("bystander");
  t.lose_store(true);
  CHECK(t.code_of("poison") == errc::outcome_unknown);
  CHECK(t.code_of("read poison") == errc::unavailable);
  CHECK(t.is_open("bystander"));
  t.wait(100ms);
  t.welcome(true);
  CHECK(t.batches.back().items == items{{3, "bystander"}});
}

TEST_CASE("losing only the connection does not count as a death of the store") {
  core_fixture t;
  t.connect();
  t.send("a");
  for (int i = 0; i < 5; ++i) {
    t.link_down();
    t.link_up();
    t.welcome(true);
  }
  CHECK(t.is_open("a"));
  CHECK(t.batches.size() == 6);
}

TEST_CASE("a death of the store while an operation is not in flight does not count for it") {
  queue_limits queue;
  queue.batches_in_flight_max = 1;
  actors::proxy_core::settings how;
  how.queue = queue;
  core_fixture t{how};
  t.connect();
  t.send("first");
  t.send("waits");
  for (int deaths = 0; deaths < 2; ++deaths) {
    t.lose_store(true);
    t.wait(100ms);
    t.welcome(true);
  }
  CHECK(t.code_of("first") == errc::outcome_unknown);
  CHECK(t.is_open("waits"));
}

TEST_CASE("numbers go on rising over reconnects and new client ids") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.answer({1});
  t.link_down();
  t.incarnation = {{5}};
  t.link_up();
  t.welcome(false);
  t.welcome(false);
  t.send("b");
  CHECK(t.batches.back().items == items{{2, "b"}});
  CHECK(t.batches.back().head.floor == 2);
}
