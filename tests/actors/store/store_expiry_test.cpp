#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("a session is gone at the very millisecond of its expiry") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1s)));
  store.now += 999ms;
  CHECK(store.call(client, get("a"))->content.ttl == 1ms);
  store.now += 1ms;
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("touch of an expired session finds nothing") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1s)));
  store.now += 1s;
  CHECK_FALSE(store.call(client, touch("a", 1h))->found);
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("destroy and regenerate of an expired session find nothing") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1s)));
  REQUIRE(store.call(client, set("b", "data", 1s)));
  store.now += 1s;
  CHECK_FALSE(store.call(client, destroy("a"))->found);
  CHECK_FALSE(store.call(client, regenerate("b", "c"))->found);
}

TEST_CASE("a set or touch with a past expiry destroys the session") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data")));
  REQUIRE(store.call(client, set("b", "data")));
  CHECK(store.call(client, set("a", "late", 0ms)));
  CHECK(store.call(client, touch("b", -5s))->found);
  CHECK_FALSE(store.call(client, get("a"))->found);
  CHECK_FALSE(store.call(client, get("b"))->found);
  CHECK(store.call(client, length())->count == 0);
}

TEST_CASE("the store's default ttl applies to sessions set without one") {
  auto how = store_fixture::without_windows();
  how.ttl_default = 10s;
  store_fixture store{how};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data")));
  REQUIRE(store.call(client, set("b", "data", 1h)));
  CHECK(store.call(client, get("a"))->content.ttl == 10s);
  CHECK(store.call(client, get("b"))->content.ttl == 1h);
}

TEST_CASE("length counts live sessions exactly, before any sweep") {
  auto how = store_fixture::without_windows();
  how.sweep_rows_max = 10;
  store_fixture store{how};
  auto client = store.join();
  for (int i = 0; i < 95; ++i)
    REQUIRE(store.call(client, set("short-" + std::to_string(i), "data", 1s)));
  for (int i = 0; i < 5; ++i)
    REQUIRE(store.call(client, set("long-" + std::to_string(i), "data", 1h)));
  store.now += 1s;
  CHECK(store.call(client, length())->count == 5);
  CHECK(store.groups >= 10); // in bounded steps
  CHECK(*store.engine().length() == 5);
}

TEST_CASE("a listing and clear leave expired sessions out") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1s)));
  REQUIRE(store.call(client, set("b", "data")));
  store.now += 1s;
  const auto page = store.call(client, all());
  REQUIRE(page->sessions.size() == 1);
  CHECK(page->sessions[0].id == "b");
  CHECK(store.call(client, clear())->count == 1);
}

TEST_CASE("a tick sweeps what is due and leaves what was touched since") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1s)));
  REQUIRE(store.call(client, set("b", "data", 1s)));
  REQUIRE(store.call(client, touch("b", 1h)));
  store.now += 1s;
  store.core().tick(store.steady);
  store.run();
  CHECK(*store.engine().length() == 1);
  CHECK(store.engine().due(store.now, 10)->empty());
  CHECK(store.call(client, get("b"))->found);
  store.now += 1h;
  store.core().tick(store.steady);
  store.run();
  CHECK(*store.engine().length() == 0);
}

TEST_CASE("a tick with nothing due commits nothing") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1h)));
  const auto commits = store.core().figures().commits;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.core().figures().commits == commits);
}
