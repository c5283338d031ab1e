#include <cluster_store/tests/actors/store/fixture.hpp>

#include <cluster_store/backends/faulty/faulty.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

/// Runs groups until `who` has its answer `seq`. @returns the bytes of answers to others that went before.
std::size_t bytes_before(store_fixture& store, const test_client& who, std::uint64_t seq) {
  std::size_t bytes = 0;
  while (store.core().prepare(store.now)) {
    const auto& staged = store.core().staged();
    bool found = false;
    for (const auto& frame :
         staged.empty() ? store.core().finish() : store.core().finish(store.engine().apply(staged))) {
      std::string_view rest{frame.bytes};
      REQUIRE(wire::take_results_head(rest));
      if (frame.client != who.id)
        bytes += rest.size();
      else
        for (auto item = wire::take_result(rest); item; item = wire::take_result(rest))
          found = found || item->seq == seq;
    }
    if (found)
      return bytes;
  }
  FAIL("it was not answered");
  return 0;
}

} // namespace

SCENARIO("a lone operation waits for no more than one turn of each other client") {
  GIVEN("clients that have asked for a great many bytes, in sizes from small to large") {
    const auto size = GENERATE(std::size_t{100}, std::size_t{10'000}, mebibyte);
    auto how = store_fixture::without_windows();
    store_fixture store{how};
    std::vector<test_client> greedy;
    for (int i = 0; i < 7; ++i)
      greedy.push_back(store.join());
    auto modest = store.join();
    REQUIRE(store.call(greedy[0], set("large", std::string(size, 'x'))));
    for (auto& each : greedy)
      REQUIRE_FALSE(
          store.submit(each, std::vector<numbered_operation>(64 * mebibyte / (size + 8'000), get("large"))));
    REQUIRE(store.core().prepare(store.now)); // somebody's turn has begun
    store.core().finish();
    WHEN("another client reads one small session") {
      REQUIRE_FALSE(store.submit(modest, {get("small")}));
      THEN("it is answered after one quantum, and one session, of each other and the rest of a group") {
        const auto quantum = static_cast<std::size_t>(how.quantum) + size;
        CHECK(bytes_before(store, modest, 1) <= greedy.size() * quantum + how.reply_bytes_max + size);
      }
    }
  }
}

SCENARIO("who asks for much gets no more than others who ask for as much") {
  GIVEN("a client that reads large sessions and one that reads small ones, both without end") {
    store_fixture store{store_fixture::without_windows()};
    auto large = store.join();
    auto small = store.join();
    REQUIRE(store.call(large, set("large", std::string(mebibyte, 'x'))));
    REQUIRE(store.call(large, set("small", std::string(1'000, 'x'))));
    REQUIRE_FALSE(store.submit(large, std::vector<numbered_operation>(100, get("large"))));
    REQUIRE_FALSE(store.submit(small, std::vector<numbered_operation>(10'000, get("small"))));
    WHEN("both have been served for a while") {
      std::map<backends::client_id, std::size_t> bytes;
      for (int group = 0; group < 8; ++group) {
        REQUIRE(store.core().prepare(store.now));
        for (const auto& frame : store.core().finish())
          bytes[frame.client] += frame.bytes.size();
      }
      THEN("each has got its share") {
        CHECK(bytes[small.id] > mebibyte);
        CHECK(bytes[large.id] < 4 * bytes[small.id] + 4 * mebibyte);
      }
    }
  }
}

SCENARIO("clients that all have a full queue of small operations get equal shares") {
  GIVEN("five of them") {
    store_fixture store{store_fixture::without_windows()};
    std::vector<test_client> clients;
    for (int i = 0; i < 5; ++i)
      clients.push_back(store.join());
    for (auto& each : clients)
      REQUIRE_FALSE(
          store.submit(each, std::vector<numbered_operation>(5'000, set("a", std::string(256, 'x')))));
    WHEN("some groups were committed") {
      std::map<backends::client_id, std::size_t> answered;
      for (int group = 0; group < 5; ++group) {
        REQUIRE(store.core().prepare(store.now));
        for (const auto& frame : store.core().finish(store.engine().apply(store.core().staged()))) {
          std::string_view rest{frame.bytes};
          REQUIRE(wire::take_results_head(rest));
          while (!rest.empty() && wire::take_result(rest))
            ++answered[frame.client];
        }
      }
      THEN("nobody is more than two turns ahead of another") {
        const auto turn = static_cast<std::size_t>(actors::store_core_options{}.quantum / (256 + 256));
        for (const auto& left : answered)
          for (const auto& right : answered)
            CHECK(left.second <= right.second + 2 * turn);
      }
    }
  }
}

SCENARIO("an operation on the whole store costs its owner a turn and ends nobody's commit") {
  GIVEN("a client that sets and counts in turn, and others that set") {
    store_fixture store{store_fixture::without_windows()};
    auto counting = store.join();
    auto setting = store.join();
    std::vector<numbered_operation> pairs;
    for (int i = 0; i < 50; ++i) {
      pairs.push_back(set("c" + std::to_string(i), "x"));
      pairs.push_back(length());
    }
    REQUIRE_FALSE(store.submit(counting, pairs));
    REQUIRE_FALSE(store.submit(setting, std::vector<numbered_operation>(100, set("a", "x"))));
    WHEN("they are executed") {
      const auto commits = store.core().figures().commits;
      const auto answers = store.run();
      THEN("one commit has them all, and every count is exact") {
        CHECK(store.core().figures().commits == commits + 1);
        for (std::uint64_t i = 1; i < 50; ++i)
          CHECK(answers.at({counting.id, 2 * (i + 1)})->count - answers.at({counting.id, 2 * i})->count <= 2);
        CHECK(answers.at({counting.id, 100})->count >= 50);
      }
    }
    WHEN("the client lists as well") {
      REQUIRE_FALSE(store.submit(counting, {all(), set("d", "x"), all()}));
      const auto commits = store.core().figures().commits;
      const auto answers = store.run();
      THEN("each listing sees what was set before, and costs a group of its own at most") {
        CHECK(answers.at({counting.id, 101})->sessions.size() == 51);
        CHECK(answers.at({counting.id, 103})->sessions.size() == 52);
        CHECK(store.core().figures().commits <= commits + 2);
      }
    }
  }
}

SCENARIO("clear in a group removes what was set before it, by whomever, and nothing that comes after") {
  GIVEN("a store with a session") {
    store_fixture store{store_fixture::without_windows()};
    auto client = store.join();
    REQUIRE(store.call(client, set("old", "x")));
    WHEN("sessions are set, the store is cleared, and others are set, all in one group") {
      REQUIRE_FALSE(store.submit(client, {set("a", "1"), touch("old", 1min), clear(), get("a"), get("old"),
                                          touch("old", 1min), destroy("a"), set("b", "2"), length(),
                                          set("a", "3"), length(), clear(), set("c", "4"), length()}));
      const auto answers = store.run();
      THEN("every answer fits that order, and so does what is stored") {
        CHECK(store.groups == 1);
        CHECK(answers.at({client.id, 4})->count == 2);
        CHECK_FALSE(answers.at({client.id, 5})->found);
        CHECK_FALSE(answers.at({client.id, 6})->found);
        CHECK_FALSE(answers.at({client.id, 7})->found);
        CHECK_FALSE(answers.at({client.id, 8})->found);
        CHECK(answers.at({client.id, 10})->count == 1);
        CHECK(answers.at({client.id, 12})->count == 2);
        CHECK(answers.at({client.id, 13})->count == 2);
        CHECK(answers.at({client.id, 15})->count == 1);
        CHECK(store.call(client, get("c"))->content.data == "4");
        CHECK_FALSE(store.call(client, get("b"))->found);
        CHECK(*store.engine().length() == 1);
      }
    }
  }
}

SCENARIO("counting ends while sessions expire faster than one commit removes them") {
  GIVEN("far more expired sessions than a commit removes") {
    auto how = store_fixture::without_windows();
    how.sweep_rows_max = 10;
    store_fixture store{how};
    auto client = store.join();
    for (int i = 0; i < 95; ++i)
      REQUIRE(store.call(client, set("e" + std::to_string(i), "x", 1s)));
    REQUIRE(store.call(client, set("lives", "x")));
    for (int i = 0; i < 200; ++i)
      REQUIRE(store.call(client, set("later" + std::to_string(i), "x", 1s + std::chrono::milliseconds{i})));
    store.now += 1s;
    WHEN("the sessions are counted, while with every group more of them expire") {
      REQUIRE_FALSE(store.submit(client, {length()}));
      std::optional<std::uint64_t> count;
      int groups = 0;
      for (; !count && store.core().prepare(store.now); ++groups) {
        REQUIRE(groups < 100);
        store.now += 2ms;
        const auto& staged = store.core().staged();
        for (const auto& frame :
             staged.empty() ? store.core().finish() : store.core().finish(store.engine().apply(staged))) {
          std::string_view rest{frame.bytes};
          REQUIRE(wire::take_results_head(rest));
          count = read_reply(wire::take_result(rest)->what)->count;
        }
      }
      THEN("the answer comes, and is exact for its time") {
        REQUIRE(count);
        const auto expired =
            static_cast<std::uint64_t>((store.now - 2ms - wall_time{std::chrono::hours{500'000}} - 1s) / 1ms);
        CHECK(*count == 1 + 200 - std::min<std::uint64_t>(expired + 1, 200));
      }
    }
  }
}

SCENARIO("what is over and cannot be removed stops nobody but those who need it gone") {
  GIVEN("an engine whose expiry index cannot be read") {
    backends::fault_plan plan;
    plan.faults.push_back({backends::call_kind::due, backends::fault::kind::io_error, 1, 1'000'000, 1.0});
    store_fixture store{store_fixture::without_windows(),
                        *backends::make_faulty(backends::make_memory(), plan)};
    auto client = store.join();
    REQUIRE(store.call(client, set("a", "x", 1s)));
    store.now += 2s;
    WHEN("it is tried again and again") {
      for (int second = 0; second < 200; ++second) {
        store.core().tick(store.steady);
        store.run();
        CHECK_FALSE(store.core().read_only());
        REQUIRE(store.call(client, set("b", "x")));
      }
      THEN("it is told, counting is refused, and the engine is not asked every time") {
        REQUIRE(store.core().trouble());
        CHECK(store.core().trouble()->code == errc::io_error);
        CHECK(store.call(client, length()).error().code == errc::io_error);
        CHECK_FALSE(store.call(client, get("a"))->found);
      }
    }
  }
}

SCENARIO("a repeated mutation gets its result before anything else can fail") {
  GIVEN("a client whose set was applied") {
    backends::fault_plan plan;
    plan.faults.push_back({backends::call_kind::get, backends::fault::kind::io_error, 2, 2, 1.0});
    auto how = store_fixture::without_windows();
    store_fixture store{how, *backends::make_faulty(backends::make_memory(), plan)};
    auto client = store.join();
    const auto first = store.call(client, set("a", "x"));
    REQUIRE(first);
    WHEN("it is sent again, and its session cannot be read") {
      store.greet(client);
      THEN("the answer is the one it had") {
        CHECK(*store.call(client, again(set("a", "x"), 1)) == *first);
      }
    }
  }
}

SCENARIO("a store makes no more answers than its clients take") {
  GIVEN("four clients that ask for many large sessions, and one that asks for small ones") {
    actors::store_core_options how;
    how.flow.requests_bytes_max = how.flow.answers_bytes_max = 8 * mebibyte;
    store_fixture store{how};
    std::vector<test_client> greedy;
    for (int i = 0; i < 4; ++i)
      greedy.push_back(store.join());
    auto modest = store.join();
    const auto larger = [&](test_client& who) { // room for a large operation
      who.wanted = 2 * mebibyte;
      REQUIRE_FALSE(store.submit(who, {}));
    };
    larger(greedy[0]);
    REQUIRE(store.call(greedy[0], set("large", std::string(mebibyte - 100, 'x'))));
    REQUIRE(store.call(greedy[0], set("small", "x")));
    for (auto& each : greedy)
      REQUIRE_FALSE(store.submit(each, std::vector<numbered_operation>(100, get("large"))));
    std::map<backends::client_id, std::size_t> bytes;
    const auto total = [&] {
      std::size_t sum = 0;
      for (const auto& each : bytes)
        sum += each.second;
      return sum;
    };
    WHEN("they take none of the answers") {
      std::size_t answers = store.run(&bytes).size();
      THEN("it stops at what is lent, and each has no more than its window") {
        CHECK(answers >= 4);
        CHECK(total() <= 9 * mebibyte);
        for (const auto& each : bytes)
          CHECK(each.second <= modest.answers_window + mebibyte);
      }
      THEN("the others go on") {
        CHECK(store.call(modest, get("small"))->found);
      }
      THEN("who does not take anything while others wait is told to be stuck") {
        for (int second = 0; second < 2; ++second)
          CHECK(store.core().tick(store.steady).empty());
        CHECK_FALSE(store.core().tick(store.steady).empty());
      }
      THEN("those who take go on to the end, and those who do not are cut off") {
        for (int i = 0; i < 200; ++i) {
          for (std::size_t client = 0; client < 2; ++client) {
            greedy[client].taken = bytes[greedy[client].id];
            REQUIRE_FALSE(store.submit(greedy[client], {}));
          }
          store.run(&bytes);
          for (const auto& stuck : store.core().tick(store.steady))
            for (std::size_t client = 2; client < 4; ++client)
              if (greedy[client].id == stuck)
                store.core().left(stuck, greedy[client].ticket, store.steady);
        }
        CHECK(bytes[greedy[0].id] > 99 * mebibyte);
        CHECK(bytes[greedy[1].id] > 99 * mebibyte);
      }
    }
  }
}

TEST_CASE("who sends more than was granted is refused that, and nothing else happens") {
  actors::store_core_options how;
  store_fixture store{how};
  auto client = store.join();
  CHECK(store.call(client, set("a", std::string(40 * 1024, 'x'))).error().code == errc::overloaded);
  CHECK(store.call(client, set("a", "x")));
}
