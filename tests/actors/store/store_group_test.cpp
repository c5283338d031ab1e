#include <cluster_store/tests/actors/store/fixture.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("everything queued from all clients goes into one commit") {
  store_fixture store;
  auto first = store.join();
  auto second = store.join();
  REQUIRE_FALSE(store.submit(first, {set("a", "1"), set("b", "1"), get("a")}));
  REQUIRE_FALSE(store.submit(second, {set("c", "1"), get("b")}));
  const auto commits = store.core().figures().commits;
  const auto answers = store.run();
  CHECK(answers.size() == 5);
  CHECK(store.core().figures().commits == commits + 1);
  CHECK(answers.at({second.id, 2})->found);
}

TEST_CASE("operations of a group see earlier ones, in order") {
  store_fixture store;
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {get("a"), set("a", "1"), get("a"), touch("a", 1min), get("a"),
                                      destroy("a"), get("a"), set("a", "2"), get("a")}));
  const auto answers = store.run();
  CHECK(store.groups == 1);
  CHECK_FALSE(answers.at({client.id, 1})->found);
  CHECK(answers.at({client.id, 3})->content.data == "1");
  CHECK(answers.at({client.id, 5})->content.ttl == 1min);
  CHECK_FALSE(answers.at({client.id, 7})->found);
  CHECK(answers.at({client.id, 9})->content.data == "2");
}

TEST_CASE("many sets of one session in a group are one write") {
  store_fixture store;
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {set("a", "1"), set("a", "2"), touch("a", 1min), set("a", "3")}));
  REQUIRE(store.core().prepare(store.now));
  CHECK(store.core().staged().writes.size() == 1);
  CHECK(store.core().staged().client_rows.size() == 1);
  CHECK(store.core().staged().system_rows.size() == 1);
  store.core().finish(store.engine().apply(store.core().staged()));
  CHECK(store.call(client, get("a"))->content.data == "3");
}

TEST_CASE("a group of reads commits nothing") {
  store_fixture store;
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, {get("a"), get("b"), length(), all()}));
  REQUIRE(store.core().prepare(store.now));
  CHECK(store.core().staged().empty());
  CHECK(store.core().finish().size() == 1);
}

TEST_CASE("length, all and clear in the middle of a batch see exactly what came before them") {
  store_fixture store;
  auto client = store.join();
  REQUIRE_FALSE(store.submit(
      client, {set("a", "1"), length(), set("b", "1"), all(), clear(), get("a"), set("c", "1"), length()}));
  const auto answers = store.run();
  CHECK(answers.at({client.id, 2})->count == 1);
  CHECK(answers.at({client.id, 4})->sessions.size() == 2);
  CHECK(answers.at({client.id, 5})->count == 2);
  CHECK_FALSE(answers.at({client.id, 6})->found);
  CHECK(answers.at({client.id, 8})->count == 1);
}

TEST_CASE("a group is bounded in operations") {
  auto how = store_fixture::without_windows();
  how.group_operations_max = 10;
  how.fetch_sessions_max = 4;
  store_fixture store{how};
  auto client = store.join();
  std::vector<numbered_operation> operations;
  for (int i = 0; i < 95; ++i)
    operations.push_back(set("a", "x"));
  REQUIRE_FALSE(store.submit(client, operations));
  CHECK(store.run().size() == 95);
  CHECK(store.groups == 10);
}

TEST_CASE("a group ends when its replies are large, and a frame when it is full") {
  auto how = store_fixture::without_windows();
  how.reply_bytes_max = 3 * 1024 * 1024;
  store_fixture store{how};
  auto client = store.join();
  const auto data = std::string(1024 * 1024, 'x');
  REQUIRE(store.call(client, set("a", data)));
  std::vector<numbered_operation> reads(10, get("a"));
  REQUIRE_FALSE(store.submit(client, reads));
  std::size_t frames = 0;
  while (store.core().prepare(store.now))
    for (const auto& frame : store.core().finish()) {
      CHECK(frame.bytes.size() < wire::frame_bytes_full + data.size() + 100);
      ++frames;
    }
  CHECK(frames == 10);
}

TEST_CASE("a group ends when what its changes read is large") {
  auto how = store_fixture::without_windows();
  how.group_bytes_max = 200'000;
  store_fixture store{how};
  auto client = store.join();
  for (int i = 0; i < 10; ++i)
    REQUIRE(store.call(client, set(std::to_string(i), std::string(64 * 1024, 'x'))));
  const auto groups_for = [&](const auto& operation) {
    std::vector<numbered_operation> all;
    for (int i = 0; i < 10; ++i)
      all.push_back(operation(std::to_string(i)));
    store.submit(client, all);
    store.run();
    return store.groups;
  };
  CHECK(groups_for([](const std::string& id) { return touch(id, 1h); }) == 3);
  CHECK(groups_for([](const std::string& id) { return destroy(id); }) == 3);
}

TEST_CASE("results of a group travel in several frames, so that the first is read while the last is sent") {
  store_fixture store{store_fixture::without_windows()};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", std::string(64 * 1024, 'x'))));
  REQUIRE_FALSE(store.submit(client, std::vector<numbered_operation>(16, get("a"))));
  REQUIRE(store.core().prepare(store.now));
  CHECK(store.core().finish().size() == 4);
}

TEST_CASE("operations beyond the client's share are overloaded, the others are answered") {
  auto how = store_fixture::without_windows();
  how.in_flight_max = 3;
  store_fixture store{how};
  auto client = store.join();
  REQUIRE_FALSE(store.submit(client, std::vector<numbered_operation>(5, get("a"))));
  auto answers = store.run();
  for (std::uint64_t seq = 1; seq <= 3; ++seq)
    CHECK(answers.at({client.id, seq}));
  for (std::uint64_t seq = 4; seq <= 5; ++seq)
    CHECK(answers.at({client.id, seq}).error().code == errc::overloaded);
  CHECK(store.call(client, get("a")));
}

TEST_CASE("an operation of a newer protocol is unsupported, alone") {
  store_fixture store;
  auto client = store.join();
  wire::batch_writer batch{{client.id, client.ticket, 1}};
  add(batch, again(set("a", "1"), 1));
  batch.add({200, 2, "of a newer program"});
  add(batch, again(get("a"), 3));
  REQUIRE_FALSE(store.core().submit(std::move(batch).take()));
  const auto answers = store.run();
  CHECK(answers.at({client.id, 1}));
  CHECK(answers.at({client.id, 2}).error().code == errc::unsupported);
  CHECK(answers.at({client.id, 3})->found);
}

TEST_CASE("of many batches that were queued at once all are answered, and the memory of few is kept") {
  store_fixture store;
  auto client = store.join();
  for (int batch = 0; batch < 40; ++batch)
    REQUIRE_FALSE(store.submit(client, {set("a", "1")}));
  CHECK(store.run().size() == 40);
}
