#include <cluster_store/tests/actors/proxy/core_fixture.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

actors::proxy_core::settings with(const queue_limits& queue) {
  actors::proxy_core::settings out;
  out.queue = queue;
  return out;
}

} // namespace

TEST_CASE("a lone operation leaves at once, numbered from 1") {
  core_fixture t;
  t.connect();
  t.send("a");
  REQUIRE(t.batches.size() == 1);
  CHECK(t.batches[0].head.client == t.core.client());
  CHECK(t.batches[0].head.ticket == 1);
  CHECK(t.batches[0].head.floor == 1);
  CHECK(t.batches[0].items == std::vector<std::pair<std::uint64_t, std::string>>{{1, "a"}});
}

TEST_CASE("an answer reaches its caller with what it says") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.answer({1});
  REQUIRE(t.code_of("a") == std::nullopt);
  CHECK(t.answered["a"][0]->content.version == 1);
  CHECK(t.core.pending() == 0);
  CHECK(t.core.pending_bytes() == 0);
}

TEST_CASE("a crowd travels together") {
  core_fixture t;
  t.connect();
  for (int i = 0; i < 100; ++i)
    t.issue("crowd" + std::to_string(i));
  t.core.flush(t.now);
  t.collect();
  REQUIRE(t.batches.size() == 1);
  CHECK(t.batches[0].items.size() == 100);
}

TEST_CASE("what comes while enough batches are in flight waits and leaves in one batch") {
  queue_limits queue;
  queue.batches_in_flight_max = 2;
  core_fixture t{with(queue)};
  t.connect();
  for (const auto* name : {"a", "b", "c", "d", "e"})
    t.send(name);
  REQUIRE(t.batches.size() == 2);

  SECTION("until one of them is answered") {
    t.answer({2});
    REQUIRE(t.batches.size() == 3);
    CHECK(ids_of(t.batches[2]) == std::vector<std::string>{"c", "d", "e"});
  }
  SECTION("also when only a part of one is answered") {
    t.answer({});
    CHECK(t.batches.size() == 2);
  }
}

TEST_CASE("a batch ends at its limit of operations") {
  queue_limits queue;
  queue.batch_operations_max = 3;
  core_fixture t{with(queue)};
  t.connect();
  for (int i = 0; i < 7; ++i)
    t.issue("x" + std::to_string(i));
  t.core.flush(t.now);
  t.collect();
  REQUIRE(t.batches.size() == 3);
  CHECK(t.batches[0].items.size() == 3);
  CHECK(t.batches[2].items.size() == 1);
}

TEST_CASE("a batch ends at its limit of bytes, but one operation always travels") {
  queue_limits queue;
  queue.batch_bytes_max = 1'000;
  core_fixture t{with(queue)};
  t.connect();
  t.issue(std::string(5'000, 'x'));
  for (int i = 0; i < 4; ++i)
    t.issue(std::string(300, static_cast<char>('a' + i)));
  t.core.flush(t.now);
  t.collect();
  REQUIRE(t.batches.size() == 3);
  CHECK(t.batches[0].items.size() == 1);
  CHECK(t.batches[1].items.size() == 3);
  CHECK(t.batches[2].items.size() == 1);
}

TEST_CASE("never more is in flight than the store allows") {
  core_fixture t;
  t.in_flight_max = 5;
  t.connect();
  for (int i = 0; i < 12; ++i)
    t.issue("x" + std::to_string(i));
  t.core.flush(t.now);
  t.collect();
  REQUIRE(t.batches.size() == 1);
  CHECK(t.batches[0].items.size() == 5);
  t.answer({1, 2});
  REQUIRE(t.batches.size() == 2);
  CHECK(t.batches[1].items.size() == 2);
}

TEST_CASE("a store that allows a client nothing unanswered gets one operation after the other") {
  core_fixture t;
  t.in_flight_max = 0;
  t.connect();
  t.send("a");
  t.send("b");
  REQUIRE(t.batches.size() == 1);
  CHECK(ids_of(t.batches[0]) == std::vector<std::string>{"a"});
  t.answer({1});
  REQUIRE(t.batches.size() == 2);
  CHECK(ids_of(t.batches[1]) == std::vector<std::string>{"b"});
}

TEST_CASE("the floor rises to the first number without an answer") {
  core_fixture t;
  t.connect();
  for (const auto* name : {"a", "b", "c"})
    t.send(name);
  t.answer({1, 3});
  t.send("d");
  CHECK(t.batches.back().head.floor == 2);
  t.answer({2});
  t.send("e");
  CHECK(t.batches.back().head.floor == 4);
}

TEST_CASE("beyond the limit of operations the answer is overloaded, at once") {
  queue_limits queue;
  queue.operations_max = 2;
  core_fixture t{with(queue)};
  t.issue("a");
  t.issue("b");
  t.issue("c");
  CHECK(t.code_of("c") == errc::overloaded);
  CHECK(t.is_open("a"));
  t.connect();
  t.answer({1});
  t.issue("d");
  CHECK(t.is_open("d"));
}

TEST_CASE("beyond the limit of bytes the answer is overloaded, at once") {
  queue_limits queue;
  queue.bytes_max = 100;
  core_fixture t{with(queue)};
  t.issue(std::string(60, 'a'));
  t.issue(std::string(60, 'b'));
  t.issue(std::string(40, 'c'));
  CHECK(t.code_of(std::string(60, 'b')) == errc::overloaded);
  CHECK(t.is_open(std::string(40, 'c')));
}

TEST_CASE("one operation alone has room, however large it is, and others when it is over") {
  queue_limits queue;
  queue.bytes_max = 100;
  core_fixture t{with(queue)};
  t.connect();
  t.send(std::string(200, 'a'));
  t.issue("b");
  CHECK(t.is_open(std::string(200, 'a')));
  CHECK(t.code_of("b") == errc::overloaded);
  t.answer({1});
  t.issue("c");
  CHECK(t.is_open("c"));
}

TEST_CASE("an operation that was never sent is unavailable at its deadline") {
  core_fixture t;
  t.send("a");
  REQUIRE(t.core.next_wakeup() == t.now + 5s);
  t.wait(4'999ms);
  CHECK(t.is_open("a"));
  t.wait(1ms);
  CHECK(t.code_of("a") == errc::unavailable);
  CHECK(t.core.next_wakeup() == std::nullopt);
}

TEST_CASE("an operation that was sent has exceeded its deadline, also if it only reads") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.send("read");
  t.wait(5s);
  CHECK(t.code_of("a") == errc::deadline_exceeded);
  CHECK(t.code_of("read") == errc::deadline_exceeded);
}

TEST_CASE("an answer after the deadline is ignored but counts for the floor") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.wait(5s);
  t.send("b");
  CHECK(t.batches.back().head.floor == 1);
  t.answer({1});
  CHECK(t.code_of("a") == errc::deadline_exceeded);
  t.send("c");
  CHECK(t.batches.back().head.floor == 2);
}

TEST_CASE("a store that is silent is not sent more than the batches that may be in flight") {
  queue_limits queue;
  queue.batches_in_flight_max = 4;
  core_fixture t{with(queue)};
  t.connect();
  for (int i = 0; i < 50; ++i) {
    t.send("x" + std::to_string(i));
    t.wait(6s);
  }
  CHECK(t.batches.size() == 4);
  for (int i = 0; i < 50; ++i)
    CHECK(t.code_of("x" + std::to_string(i)) == (i < 4 ? errc::deadline_exceeded : errc::unavailable));
}

TEST_CASE("once disconnected for longer than unavailable_after, operations are refused at once") {
  actors::proxy_core::settings how;
  how.unavailable_after = 1s;
  core_fixture t{how};
  t.issue("first");
  CHECK(t.is_open("first"));
  t.wait(1'001ms);
  t.issue("late");
  CHECK(t.code_of("late") == errc::unavailable);
  t.connect();
  t.issue("connected");
  CHECK(t.is_open("connected"));
  t.link_down();
  t.issue("just lost");
  CHECK(t.is_open("just lost"));
  t.wait(1'001ms);
  t.issue("long lost");
  CHECK(t.code_of("long lost") == errc::unavailable);
}

TEST_CASE("close answers everything, says bye, and takes nothing more") {
  core_fixture t;
  t.connect();
  t.in_flight_max = 2;
  t.send("sent");
  t.send("read");
  t.issue("unsent");
  t.core.close();
  t.collect();
  CHECK(t.code_of("sent") == errc::outcome_unknown);
  CHECK(t.code_of("read") == errc::unavailable);
  CHECK(t.code_of("unsent") == errc::unavailable);
  REQUIRE(t.byes.size() == 1);
  CHECK(t.byes[0] == wire::bye{t.core.client(), 1});
  CHECK(t.edges == "+-");
  t.issue("late");
  CHECK(t.code_of("late") == errc::unavailable);
  t.core.close();
  t.collect();
  CHECK(t.byes.size() == 1);
}

TEST_CASE("close without a connection says nothing to nobody") {
  core_fixture t;
  t.issue("a");
  t.core.close();
  t.collect();
  CHECK(t.byes.empty());
  CHECK(t.edges.empty());
  CHECK(t.code_of("a") == errc::unavailable);
}
