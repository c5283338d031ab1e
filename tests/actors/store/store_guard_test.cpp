#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using kind = condition::kind;

namespace {

actors::store_core_options guarded(std::chrono::milliseconds keep = 1h) {
  auto how = store_fixture::without_windows();
  how.logout_guard = keep;
  return how;
}

std::size_t tombstone_rows(store_fixture& store) {
  const auto rows = store.engine().system_rows("tombstone/", "tombstone0", 10'000);
  REQUIRE(rows);
  return rows->size();
}

/// Makes and destroys a session.
void make_destroyed(store_fixture& store, test_client& client, const std::string& id) {
  REQUIRE(store.call(client, set(id, "login")));
  REQUIRE(store.call(client, destroy(id))->found);
}

} // namespace

TEST_CASE("a guarded store refuses a blind save of a destroyed session") {
  store_fixture store{guarded()};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "login")));
  REQUIRE(store.call(client, destroy("a"))->found);
  const auto late = store.call(client, set("a", "late"));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::conflict);
  CHECK_FALSE(store.call(client, get("a"))->found);
  CHECK(store.call(client, set("b", "another login")));
}

TEST_CASE("a store without a guard lets a blind save create") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  REQUIRE(store.call(client, destroy("a")));
  CHECK(store.call(client, set("a", "2")));
  CHECK(tombstone_rows(store) == 0);
}

TEST_CASE("the guard sees a destroy of its own group") {
  store_fixture store{guarded()};
  auto client = store.join();
  store.submit(client, {set("a", "login"), destroy("a"), set("a", "late")});
  const auto answers = store.run();
  CHECK(store.groups == 1);
  CHECK(answers.at({client.id, 3}).error().code == errc::conflict);
}

TEST_CASE("the guard also stands where the session had expired, was moved, or was destroyed by its ttl") {
  store_fixture store{guarded()};
  auto client = store.join();
  REQUIRE(store.call(client, set("expired", "1", 1s)));
  REQUIRE(store.call(client, set("moved", "1")));
  REQUIRE(store.call(client, set("cut", "1")));
  store.now += 1s;
  CHECK_FALSE(store.call(client, destroy("expired"))->found);
  REQUIRE(store.call(client, regenerate("moved", "new"))->found);
  REQUIRE(store.call(client, set("cut", "2", 0s)));
  for (const auto* id : {"expired", "moved", "cut"}) {
    CAPTURE(id);
    CHECK(store.call(client, set(id, "late")).error().code == errc::conflict);
  }
  CHECK(store.call(client, set("new", "2")));
}

TEST_CASE("a session that only expired can be saved again in a guarded store") {
  store_fixture store{guarded()};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1", 1s)));
  store.now += 1s;
  CHECK(store.call(client, set("a", "2")));
}

TEST_CASE("a clear leaves no tombstones, and none of those that are there goes") {
  store_fixture store{guarded()};
  auto client = store.join();
  REQUIRE(store.call(client, set("cleared", "1")));
  make_destroyed(store, client, "destroyed");
  REQUIRE(store.call(client, clear())->count == 1);
  CHECK(tombstone_rows(store) == 2);
  CHECK(store.call(client, set("cleared", "late")));
  CHECK(store.call(client, set("destroyed", "late")).error().code == errc::conflict);
}

TEST_CASE("whoever says that there is no session may create it in a guarded store") {
  store_fixture store{guarded()};
  auto client = store.join();
  make_destroyed(store, client, "a");
  CHECK(store.call(client, set("a", "1", {}, {kind::if_version, 0})));
  CHECK(store.call(client, set("a", "2")));
}

TEST_CASE("a tombstone survives a restart and goes when it is over") {
  store_fixture store{guarded(1h)};
  auto client = store.join();
  make_destroyed(store, client, "a");
  store.restart();
  store.greet(client);
  store.now += 1h - 1ms;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.call(client, set("a", "late")).error().code == errc::conflict);
  store.now += 1ms;
  CHECK(store.call(client, set("a", "fresh")));
  store.core().tick(store.steady);
  store.run();
  CHECK(tombstone_rows(store) == 0);
}

TEST_CASE("the tombstone of a session that was destroyed twice lasts from the second time") {
  store_fixture store{guarded(1h)};
  auto client = store.join();
  make_destroyed(store, client, "a");
  store.now += 30min;
  REQUIRE(store.call(client, destroy("a")));
  store.now += 30min;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.call(client, set("a", "late")).error().code == errc::conflict);
  store.now += 30min;
  store.core().tick(store.steady);
  store.run();
  CHECK(tombstone_rows(store) == 0);
}

TEST_CASE("an id that nobody had leaves no tombstone") {
  store_fixture store{guarded()};
  auto client = store.join();
  CHECK_FALSE(store.call(client, destroy("made up"))->found);
  CHECK(tombstone_rows(store) == 0);
  CHECK(store.call(client, set("made up", "login")));
  store.submit(client, {set("a", "1"), destroy("a"), destroy("a")});
  store.run();
  CHECK(tombstone_rows(store) == 2);
}

TEST_CASE("more tombstones than one sweep takes go in several") {
  auto how = guarded(1h);
  how.sweep_rows_max = 10;
  store_fixture store{how};
  auto client = store.join();
  for (int i = 0; i < 25; ++i)
    make_destroyed(store, client, "id" + std::to_string(i));
  CHECK(tombstone_rows(store) == 50);
  store.now += 1h;
  store.core().tick(store.steady);
  store.run();
  CHECK(store.groups == 3);
  CHECK(tombstone_rows(store) == 0);
}
