// What happens when a clock jumps. The wall clock may be set by anybody, in either direction; the steady
// clock leaps ahead when the machine or the process was suspended. Only expiry follows the wall clock.

#include <cluster_store/actors/gate/core.hpp>

#include <cluster_store/tests/actors/proxy/core_fixture.hpp>
#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("a wall clock that jumps ahead expires what it makes due and nothing else") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("short", "data", 1h)));
  REQUIRE(store.call(client, set("long", "data", 48h)));
  REQUIRE(store.call(client, set("lasting", "data")));
  store.now += 24h;
  CHECK_FALSE(store.call(client, get("short"))->found);
  CHECK(store.call(client, get("long"))->content.ttl == 24h);
  CHECK(store.call(client, get("lasting"))->found);
  CHECK(store.call(client, length())->count == 2);
}

TEST_CASE(
    "a wall clock that jumps back brings nothing back that was swept, and new lives are not cut short") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("swept", "data", 1h)));
  REQUIRE(store.call(client, set("kept", "data", 3h)));
  store.now += 2h;
  REQUIRE(store.call(client, length())->count == 1);
  store.now -= 24h;
  CHECK_FALSE(store.call(client, get("swept"))->found);
  CHECK(store.call(client, get("kept"))->found);
  REQUIRE(store.call(client, set("new", "data", 1h)));
  store.now += 59min;
  CHECK(store.call(client, get("new"))->content.ttl == 1min);
  store.now += 1min;
  CHECK_FALSE(store.call(client, get("new"))->found);
}

TEST_CASE("a wall clock that is set back, once or again, lengthens no life") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1h)));
  for (const auto back : {24h, 48h}) {
    store.now += 20min;
    REQUIRE(store.call(client, get("a"))->found);
    store.now -= back;
    REQUIRE(store.call(client, get("a"))->found);
  }
  store.now += 19min;
  CHECK(store.call(client, get("a"))->content.ttl == 1min);
  store.now += 1min;
  CHECK_FALSE(store.call(client, get("a"))->found);
  store.now += 72h + 1h; // it has overtaken: from here on it is what counts
  REQUIRE(store.call(client, set("b", "data", 1h)));
  store.now += 59min;
  CHECK(store.call(client, get("b"))->content.ttl == 1min);
}

TEST_CASE("versions rise whatever the wall clock does") {
  store_fixture store;
  auto client = store.join();
  version_number last = 0;
  for (const auto jump : {0h, 24h, -48h, 1h, -1h}) {
    store.now += jump;
    const auto now = store.call(client, set("a", "data"))->content.version;
    CHECK(now > last);
    last = now;
  }
}

TEST_CASE("a jump of the wall clock forgets no client and repeats nothing") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  store.core().left(client.id, client.ticket, store.steady);
  store.now += 24h * 365;
  store.core().tick(store.steady + 1s);
  store.run();
  CHECK(store.core().figures().clients == 1);
  CHECK(store.greet(client).known);
  REQUIRE(store.call(client, set("a", "2")));
  CHECK(store.call(client, again(set("a", "1"), 1))->content.version == 1); // remembered, not applied
  CHECK(store.call(client, get("a"))->content.data == "2");
}

TEST_CASE("after a leap of the steady clock a client is forgotten only if it was gone") {
  store_fixture store;
  auto gone = store.join();
  auto connected = store.join();
  REQUIRE(store.call(gone, set("a", "1")));
  REQUIRE(store.call(connected, set("b", "1")));
  store.core().left(gone.id, gone.ticket, store.steady);
  store.steady += 24h;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.core().figures().clients == 1);
  CHECK(store.call(connected, again(set("b", "1"), 1))->content.version == 2);
}

TEST_CASE("a proxy that slept for hours answers each call once, sends none of them again, and goes on") {
  core_fixture t;
  t.connect();
  t.send("before");
  const auto former = t.core.client();
  t.now += 3h; // no tick came in between
  t.link_down();
  t.link_up();
  t.forgotten_ticket = t.last_ticket;
  t.welcome(false); // the store has evicted who was away for so long
  CHECK(t.code_of("before") == errc::deadline_exceeded);
  t.welcome(false);
  CHECK(t.core.client() != former);
  CHECK(t.edges == "+-+");
  t.send("after");
  CHECK(t.batches.back().head.client == t.core.client());
  CHECK(ids_of(t.batches.back()) == std::vector<std::string>{"after"});
  t.answer({t.batches.back().items.back().first});
  CHECK(t.code_of("after") == std::nullopt);
}

TEST_CASE("a gate that slept calls a connection silent only by what it heard") {
  actors::silence_watch watch;
  const wire::token pass{1};
  const steady_time start{1h};
  const std::vector<actors::silence_watch::connection> open{{pass, start}};
  watch.heard(pass, start + 5s);
  watch.heard(pass, start + 3h); // its beat had waited in the mailbox and came before the tick
  CHECK(watch.silent(open, start + 3h).empty());
  CHECK(watch.silent(open, start + 3h + 15s) == std::vector{pass});
}
