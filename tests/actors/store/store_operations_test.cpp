#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("get finds what set stored, from any client") {
  store_fixture store;
  auto writer = store.join();
  auto reader = store.join();
  const auto stored = store.call(writer, set("a", "data"));
  REQUIRE(stored);
  const auto read = store.call(reader, get("a"));
  REQUIRE(read);
  CHECK(read->found);
  CHECK(read->content == session{"data", stored->content.version, {}});
}

TEST_CASE("get of a session that was never set finds nothing and is no error") {
  store_fixture store;
  auto client = store.join();
  const auto read = store.call(client, get("a"));
  REQUIRE(read);
  CHECK_FALSE(read->found);
}

TEST_CASE("set replaces data and expiry") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "first", 1min)));
  REQUIRE(store.call(client, set("a", "second")));
  const auto read = store.call(client, get("a"));
  CHECK(read->content.data == "second");
  CHECK_FALSE(read->content.ttl);
}

TEST_CASE("touch of a missing session answers false and does not create it") {
  store_fixture store;
  auto client = store.join();
  const auto touched = store.call(client, touch("a", 1min));
  REQUIRE(touched);
  CHECK_FALSE(touched->found);
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("touch changes the expiry and neither data nor version") {
  store_fixture store;
  auto client = store.join();
  const auto stored = store.call(client, set("a", "data", 1min));
  CHECK(store.call(client, touch("a", 1h))->found);
  const auto read = store.call(client, get("a"));
  CHECK(read->content == session{"data", stored->content.version, 1h});
}

TEST_CASE("touch without a ttl renews the one the session was given") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data", 1min)));
  store.now += 50s;
  CHECK(store.call(client, touch("a"))->found);
  CHECK(store.call(client, get("a"))->content.ttl == 1min);
}

TEST_CASE("destroy removes, says whether there was a session, and may be repeated") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "data")));
  CHECK(store.call(client, destroy("a"))->found);
  CHECK_FALSE(store.call(client, destroy("a"))->found);
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("versions rise with every set and do not repeat after destroy") {
  store_fixture store;
  auto client = store.join();
  const auto first = store.call(client, set("a", "1"))->content.version;
  const auto second = store.call(client, set("b", "2"))->content.version;
  REQUIRE(store.call(client, destroy("a")));
  const auto third = store.call(client, set("a", "3"))->content.version;
  CHECK(first < second);
  CHECK(second < third);
}

TEST_CASE("regenerate moves a session with its data and life to the new id") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("old", "data", 1min)));
  const auto moved = store.call(client, regenerate("old", "new"));
  REQUIRE(moved);
  CHECK(moved->found);
  CHECK_FALSE(store.call(client, get("old"))->found);
  CHECK(store.call(client, get("new"))->content == session{"data", moved->content.version, 1min});
  CHECK(store.call(client, length())->count == 1);
}

TEST_CASE("regenerate of a missing session moves nothing") {
  store_fixture store;
  auto client = store.join();
  const auto moved = store.call(client, regenerate("old", "new"));
  REQUIRE(moved);
  CHECK_FALSE(moved->found);
}

TEST_CASE("regenerate onto a living session is a conflict and changes neither") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("old", "1")));
  REQUIRE(store.call(client, set("new", "2")));
  const auto moved = store.call(client, regenerate("old", "new"));
  REQUIRE_FALSE(moved);
  CHECK(moved.error().code == errc::conflict);
  CHECK(store.call(client, get("old"))->content.data == "1");
  CHECK(store.call(client, get("new"))->content.data == "2");
}

TEST_CASE("regenerate in the group of a set that replaces the old id keeps the old data") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("old", "moved")));
  store.submit(client, {regenerate("old", "new"), set("old", "replaced")});
  store.run();
  CHECK(store.call(client, get("new"))->content.data == "moved");
  CHECK(store.call(client, get("old"))->content.data == "replaced");
}

TEST_CASE("ids and data beyond the limits are refused and nothing is stored") {
  store_fixture store;
  auto client = store.join();
  const auto too_much = std::string(1024 * 1024 + 1, 'x');
  const auto too_long = std::string(513, 'x');
  CHECK(store.call(client, set("a", too_much)).error().code == errc::too_large);
  CHECK(store.call(client, get(too_long)).error().code == errc::too_large);
  CHECK(store.call(client, get("")).error().code == errc::invalid_argument);
  for (const auto beyond : {ttl_max + 1ms, time_to_live::max()}) {
    CHECK(store.call(client, set("a", "x", beyond)).error().code == errc::invalid_argument);
    CHECK(store.call(client, touch("a", beyond)).error().code == errc::invalid_argument);
  }
  CHECK(store.call(client, set("a", std::string(1024 * 1024, 'x'))));
  CHECK(store.call(client, get(std::string(512, 'x'))));
  CHECK(store.call(client, length())->count == 1);
}

TEST_CASE("a listing gives every session once, page by page") {
  store_fixture store;
  auto client = store.join();
  std::vector<std::string> ids;
  for (int i = 0; i < 250; ++i)
    ids.push_back("id-" + std::to_string(i));
  for (const auto& id : ids)
    REQUIRE(store.call(client, set(id, "data of " + id)));
  std::map<std::string, std::string> seen;
  std::string cursor;
  do {
    const auto page = store.call(client, all(cursor, {}, 100));
    REQUIRE(page);
    CHECK(page->sessions.size() <= 100);
    for (const auto& each : page->sessions)
      CHECK(seen.emplace(each.id, each.content.data).second);
    cursor = page->cursor;
  } while (!cursor.empty());
  CHECK(seen.size() == ids.size());
  CHECK(seen["id-7"] == "data of id-7");
}

TEST_CASE("a listing of no or too many rows, or from a foreign cursor, is refused") {
  store_fixture store;
  auto client = store.join();
  for (const auto& request : {all({}, {}, 0), all({}, {}, 10'001), all("not a cursor", {}, 1)})
    CHECK(store.call(client, request).error().code == errc::invalid_argument);
}

TEST_CASE("a life that is over destroys, however far below zero") {
  const auto ttl =
      GENERATE(0ms, -1ms, -ttl_max, -ttl_max - 1ms, time_to_live::min() + 1ms, time_to_live::min());
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("set", "x")));
  REQUIRE(store.call(client, set("touched", "x")));
  CHECK(store.call(client, set("set", "y", ttl)));
  CHECK(store.call(client, touch("touched", ttl))->found);
  CHECK(store.call(client, set("new", "x", ttl)));
  for (const auto* id : {"set", "touched", "new"})
    CHECK_FALSE(store.call(client, get(id))->found);
  CHECK(store.call(client, length())->count == 0);
}

TEST_CASE("clear removes every session and says how many there were") {
  store_fixture store;
  auto client = store.join();
  for (const auto* id : {"a", "b", "c"})
    REQUIRE(store.call(client, set(id, "data")));
  CHECK(store.call(client, clear())->count == 3);
  CHECK(store.call(client, length())->count == 0);
  CHECK_FALSE(store.call(client, get("a"))->found);
}

TEST_CASE("clear is refused to a client that may not administer, and changes nothing") {
  store_fixture store;
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  client.allowed = actors::rights::operate;
  store.greet(client);
  const auto refused = store.call(client, clear());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
  CHECK(store.call(client, get("a"))->found);
  CHECK(store.call(client, length())->count == 1);
  CHECK(store.call(client, all())->sessions.size() == 1);
}
