#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using kind = condition::kind;

TEST_CASE("set_if applies on the session's version and conflicts on any other") {
  store_fixture store;
  auto client = store.join();
  const auto version = store.call(client, set("a", "1"))->content.version;
  CHECK(store.call(client, set("a", "2", {}, {kind::if_version, version})));
  const auto late = store.call(client, set("a", "3", {}, {kind::if_version, version}));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::conflict);
  CHECK(store.call(client, get("a"))->content.data == "2");
}

TEST_CASE("set_if of version 0 creates and never replaces") {
  store_fixture store;
  auto client = store.join();
  CHECK(store.call(client, set("a", "1", {}, {kind::if_version, 0})));
  CHECK(store.call(client, set("a", "2", {}, {kind::if_version, 0})).error().code == errc::conflict);
  CHECK(store.call(client, get("a"))->content.data == "1");
}

TEST_CASE("a late save does not undo a logout") {
  store_fixture store;
  auto client = store.join();
  const auto seen = store.call(client, set("a", "login"))->content.version;
  REQUIRE(store.call(client, destroy("a")));
  const auto late = store.call(client, set("a", "late", {}, {kind::seen, seen}));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::conflict);
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("a late save does not overwrite a session that was created anew") {
  store_fixture store;
  auto client = store.join();
  const auto seen = store.call(client, set("a", "first life"))->content.version;
  REQUIRE(store.call(client, destroy("a")));
  REQUIRE(store.call(client, set("a", "second life")));
  CHECK(store.call(client, set("a", "late", {}, {kind::seen, seen})).error().code == errc::conflict);
  CHECK(store.call(client, get("a"))->content.data == "second life");
}

TEST_CASE("a save of a session that others saved meanwhile applies with seen") {
  store_fixture store;
  auto client = store.join();
  const auto seen = store.call(client, set("a", "1"))->content.version;
  REQUIRE(store.call(client, set("a", "2")));
  CHECK(store.call(client, set("a", "3", {}, {kind::seen, seen})));
}

TEST_CASE("seen of an expired session is a conflict") {
  store_fixture store;
  auto client = store.join();
  const auto seen = store.call(client, set("a", "1", 1s))->content.version;
  store.now += 1s;
  CHECK(store.call(client, set("a", "2", {}, {kind::seen, seen})).error().code == errc::conflict);
}

TEST_CASE("conditions see earlier operations of their group") {
  store_fixture store;
  auto client = store.join();
  const auto version = store.call(client, set("a", "1"))->content.version;
  store.submit(client, {set("a", "2", {}, {kind::if_version, version}),
                        set("a", "3", {}, {kind::if_version, version}),
                        set("a", "4", {}, {kind::if_version, version + 1})});
  const auto answers = store.run();
  CHECK(store.groups == 1);
  CHECK(answers.at({client.id, 2}));
  CHECK(answers.at({client.id, 3}).error().code == errc::conflict);
  CHECK(answers.at({client.id, 4}));
  CHECK(store.call(client, get("a"))->content.data == "4");
}
