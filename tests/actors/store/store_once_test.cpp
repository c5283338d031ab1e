#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("a resent mutation is answered from memory and not applied again") {
  store_fixture store;
  auto client = store.join();
  auto other = store.join();
  const auto first = store.call(client, set("a", "1"));
  REQUIRE(store.call(other, set("a", "2")));
  store.greet(client);
  const auto again_first = store.call(client, again(set("a", "1"), 1));
  REQUIRE(again_first);
  CHECK(again_first->content.version == first->content.version);
  CHECK(store.call(client, get("a"))->content.data == "2");
}

TEST_CASE("every kind of result is remembered, conflicts included") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  REQUIRE(store.call(client, set("b", "1")));
  const std::vector<numbered_operation> operations{touch("a", 1min),
                                                   touch("none"),
                                                   set("a", "2", {}, {condition::kind::if_version, 99}),
                                                   regenerate("a", "c"),
                                                   regenerate("c", "b"),
                                                   destroy("c"),
                                                   clear()};
  std::vector<result<test_answer>> first;
  for (const auto& each : operations)
    first.push_back(store.call(client, each));
  REQUIRE(store.call(client, set("c", "later")));
  store.restart();
  store.greet(client);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    INFO("operation " << i);
    CHECK(store.call(client, again(operations[i], 3 + i)) == first[i]);
  }
  CHECK(store.call(client, get("c"))->content.data == "later");
}

TEST_CASE("a batch with a void ticket is refused unapplied") {
  store_fixture store;
  auto client = store.join();
  const auto former = client;
  store.greet(client);
  auto late = former;
  const auto refusal = store.submit(late, {set("a", "1")});
  REQUIRE(refusal);
  std::string_view rest{*refusal};
  const auto head = wire::take_results_head(rest);
  CHECK(head->ticket == former.ticket);
  CHECK(head->refusal == errc::unavailable);
  CHECK(store.run().empty());
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("what a client had queued is dropped when it says hello again, and applied once when resent") {
  store_fixture store;
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {set("a", "1")}));
  CHECK(store.greet(client).last_applied == 0);
  CHECK(store.run().empty());
  CHECK(store.call(client, again(set("a", "1"), 1))->content.version == 1);
}

TEST_CASE("a welcome tells how far the client has come, also from a restarted store") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  REQUIRE(store.call(client, get("a")));
  REQUIRE(store.call(client, set("a", "2")));
  auto welcome = store.greet(client);
  CHECK(welcome.known);
  CHECK(welcome.last_applied == 3);
  const auto incarnation = welcome.incarnation;
  store.restart();
  welcome = store.greet(client);
  CHECK(welcome.known);
  CHECK(welcome.last_applied == 3);
  CHECK(welcome.incarnation == incarnation);
}

TEST_CASE("a stranger is welcomed as unknown") {
  store_fixture store;
  test_client stranger;
  stranger.id.bytes[0] = 77;
  const auto welcome = store.greet(stranger);
  CHECK_FALSE(welcome.known);
  CHECK(welcome.last_applied == 0);
}

TEST_CASE("what the client has received is forgotten, and a resend of it has an unknown outcome") {
  store_fixture store;
  auto client = store.join();
  for (int i = 0; i < 10; ++i)
    REQUIRE(store.call(client, set("a", std::to_string(i))));
  client.floor = 9;
  REQUIRE(store.call(client, set("a", "last")));
  CHECK(store.engine().client_rows()->size() <= 3);
  CHECK(store.call(client, again(set("a", "x"), 3)).error().code == errc::outcome_unknown);
  CHECK(store.call(client, again(set("a", "x"), 9)));
  CHECK(store.call(client, get("a"))->content.data == "last");
}

TEST_CASE("a number that was skipped is never applied afterwards") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, again(set("a", "5"), 5)));
  CHECK(store.call(client, again(set("a", "4"), 4)).error().code == errc::outcome_unknown);
  CHECK(store.call(client, get("a"))->content.data == "5");
}

TEST_CASE("bye removes the client's rows after its operations were answered") {
  store_fixture store;
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {set("a", "1")}));
  store.core().said_bye({client.id, client.ticket});
  const auto answers = store.run();
  CHECK(answers.at({client.id, 1}));
  CHECK(store.engine().client_rows()->empty());
  CHECK(store.core().figures().clients == 0);
}

TEST_CASE(
    "a client that says bye with more queued than one commit takes is forgotten after the last answer") {
  auto how = store_fixture::without_windows();
  how.group_operations_max = 2;
  store_fixture store{how};
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {set("a", "1"), get("a"), get("a"), set("b", "1"), get("b")}));
  store.core().said_bye({client.id, client.ticket});
  CHECK(store.run().size() == 5);
  CHECK(store.core().figures().clients == 0);
}

TEST_CASE("a client that says bye and comes back keeps its place") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  store.core().said_bye({client.id, client.ticket});
  CHECK(store.greet(client).known);
  store.run();
  CHECK(store.core().figures().clients == 1);
  store.core().said_bye({client.id, client.ticket});
  store.run();
  CHECK(store.core().figures().clients == 0);
}

TEST_CASE("a client is forgotten after an hour of silence and not while it is connected") {
  store_fixture store;
  auto gone = store.join();
  auto connected = store.join();
  REQUIRE(store.call(gone, set("a", "1")));
  REQUIRE(store.call(connected, set("b", "1")));
  store.core().left(gone.id, gone.ticket, store.steady);
  store.steady += 59min;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.core().figures().clients == 2);
  store.steady += 1min;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.core().figures().clients == 1);
  CHECK(store.call(connected, get("b"))->found);
}

TEST_CASE("the loss of a former connection does not void the new ticket") {
  store_fixture store;
  auto client = store.join();
  const auto former = client.ticket;
  store.greet(client);
  store.core().left(client.id, former, store.steady);
  CHECK(store.call(client, set("a", "1")));
}

TEST_CASE("a client that never acknowledges is remembered within a bound") {
  auto how = store_fixture::without_windows();
  how.clients.results_max = 8;
  store_fixture store{how};
  auto client = store.join();
  for (int i = 0; i < 100; ++i)
    REQUIRE(store.call(client, set("a", std::to_string(i))));
  CHECK(store.engine().client_rows()->size() <= 10);
  CHECK(store.call(client, again(set("a", "x"), 1)).error().code == errc::outcome_unknown);
  CHECK(store.call(client, again(set("a", "x"), 100)));
}

TEST_CASE("where too many clients are known, those go that were silent longest; connected ones stay") {
  auto how = store_fixture::without_windows();
  how.clients.clients_max = 3;
  store_fixture store{how};
  auto first = store.join();
  auto second = store.join();
  auto third = store.join();
  for (auto* each : {&first, &second, &third})
    REQUIRE(store.call(*each, set("a", "1")));
  backends::client_id fourth;
  fourth.bytes[0] = 99;
  SECTION("none is silent") {
    const auto refused = store.core().grant(fourth, actors::rights::operate, 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::overloaded);
  }
  SECTION("two are") {
    store.core().left(second.id, second.ticket, store.steady);
    store.core().left(first.id, first.ticket, store.steady + 1s);
    const auto welcome = store.core().grant(fourth, actors::rights::operate, 0);
    REQUIRE(welcome);
    store.run();
    store.core().left(fourth, welcome->ticket, store.steady); // it changed nothing
    THEN("the one that was silent longest is told that its record is gone, the other is known, also later") {
      for (int starts = 0; starts < 2; ++starts) {
        auto again = store.core().grant(first.id, actors::rights::operate, 0);
        CHECK(again->known);
        auto forgotten = store.core().grant(second.id, actors::rights::operate, 0);
        REQUIRE(forgotten);
        CHECK_FALSE(forgotten->known);
        CHECK(forgotten->forgotten_ticket >= second.ticket);
        CHECK(forgotten->ticket > welcome->ticket);
        store.restart();
      }
    }
  }
  store.greet(third);
  CHECK(store.call(third, again(set("a", "1"), 1)));
}

TEST_CASE("a client that changed nothing is forgotten as it leaves, and may come again as if nothing had "
          "happened") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, get("a")));
  CHECK(store.core().figures().clients == 1);
  store.core().left(client.id, client.ticket, store.steady);
  CHECK(store.core().figures().clients == 0);
  const auto former = client.ticket;
  const auto welcome = store.greet(client);
  CHECK_FALSE(welcome.known);
  CHECK(welcome.forgotten_ticket < former);
}

TEST_CASE("tickets rise, also across starts") {
  store_fixture store;
  auto client = store.join();
  const auto first = client.ticket;
  store.restart();
  store.greet(client);
  CHECK(client.ticket > first);
}

TEST_CASE("what is remembered of silent clients is bounded in bytes") {
  auto how = store_fixture::without_windows();
  how.clients.results_bytes_max = 100'000;
  store_fixture store{how};
  for (int i = 0; i < 50; ++i) {
    auto client = store.join();
    REQUIRE_FALSE(store.submit(client, std::vector<numbered_operation>(200, set("a", "1"))));
    store.run();
    store.core().left(client.id, client.ticket, store.steady + std::chrono::seconds{i});
    store.core().tick(store.steady + std::chrono::seconds{i});
    store.run();
  }
  CHECK(store.core().figures().clients < 20);
  CHECK(store.engine().client_rows()->size() < 20);
}
