#include <cluster_store/tests/actors/proxy/core_fixture.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("the hello shows the pass, the store, the client and the worker") {
  actors::proxy_core::settings how;
  how.store = "sessions";
  how.worker = "web-3";
  how.process_id = 42;
  core_fixture t{how};
  t.link_up();
  REQUIRE(t.hellos.size() == 1);
  const auto& hello = t.hellos[0].second;
  CHECK(hello.pass == t.pass);
  CHECK(hello.store == "sessions");
  CHECK(hello.client == t.core.client());
  CHECK(hello.client != backends::client_id{});
  CHECK(hello.worker == "web-3");
  CHECK(hello.process_id == 42);
}

TEST_CASE("connect and disconnect are strictly paired") {
  core_fixture t;
  t.link_up();
  t.link_down();
  CHECK(t.edges.empty());
  t.connect();
  CHECK(t.edges == "+");
  t.link_down();
  t.link_down();
  CHECK(t.edges == "+-");
  t.connect();
  t.lose_store(true);
  t.wait(100ms);
  t.welcome(true);
  CHECK(t.edges == "+-+-+");
  t.link_down(errc::version_mismatch);
  CHECK(t.reasons.back().code == errc::version_mismatch);
}

TEST_CASE("a hello that fails is repeated with back-off, and reported") {
  core_fixture t;
  t.link_up();
  t.core.welcomed(t.hellos.back().first, fail(errc::unavailable, "restarting"), t.now);
  t.collect();
  REQUIRE(t.hellos.size() == 2); // the first repetition is immediate
  t.core.welcomed(t.hellos.back().first, fail(errc::not_admitted, "ask your master"), t.now);
  t.collect();
  REQUIRE(t.hellos.size() == 2);
  const auto wakeup = t.core.next_wakeup();
  REQUIRE(wakeup);
  CHECK(*wakeup >= t.now + 40ms);
  CHECK(*wakeup <= t.now + 60ms);
  t.wait(60ms);
  CHECK(t.hellos.size() == 3);
  REQUIRE(t.failures.size() == 2);
  CHECK(t.failures[1].code == errc::not_admitted);
}

TEST_CASE("nothing is sent before the welcome") {
  core_fixture t;
  t.link_up();
  t.send("a");
  t.core.tick(t.now);
  t.core.flush(t.now);
  t.collect();
  CHECK(t.batches.empty());
  t.welcome();
  REQUIRE(t.batches.size() == 1);
  CHECK(ids_of(t.batches[0]) == std::vector<std::string>{"a"});
}

TEST_CASE("the answer to an old hello is ignored") {
  core_fixture t;
  t.link_up();
  t.link_down();
  t.link_up();
  t.core.welcomed(t.hellos.front().first, t.invitation(), t.now);
  t.collect();
  CHECK(t.edges.empty());
  t.welcome();
  CHECK(t.edges == "+");
}

TEST_CASE("a welcome in a protocol that was not offered is a version mismatch") {
  core_fixture t;
  t.link_up();
  auto answer = t.invitation();
  answer.protocol = wire::protocol_max + 1;
  t.core.welcomed(t.hellos.back().first, answer, t.now);
  t.collect();
  CHECK(t.edges.empty());
  REQUIRE(t.failures.size() == 1);
  CHECK(t.failures[0].code == errc::version_mismatch);
}

TEST_CASE("an unsent operation learns that the secret is wrong, not only that nobody is there") {
  core_fixture t;
  t.issue("a");
  t.link_down(errc::unauthorized);
  t.wait(5s);
  CHECK(t.code_of("a") == errc::unauthorized);
}

TEST_CASE("a refused ticket leads to a new hello and everything goes again under the new ticket") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.send("b");
  t.refuse(1);
  CHECK(t.hellos.size() == 2);
  t.welcome(true, 0);
  REQUIRE(t.batches.size() == 3);
  CHECK(t.batches[2].head.ticket == 2);
  CHECK(t.batches[2].items == std::vector<std::pair<std::uint64_t, std::string>>{{1, "a"}, {2, "b"}});
}

TEST_CASE("a refusal or a result of another ticket is ignored") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.refuse(99);
  t.core.results(answers(99, {1}), t.now);
  t.collect();
  CHECK(t.hellos.size() == 1);
  CHECK(t.is_open("a"));
}

TEST_CASE("results that are not readable are followed by a new hello, not by silence") {
  core_fixture t;
  t.connect();
  t.send("a");
  const auto frame = GENERATE(std::string{"x"}, answers(1, {}) + "garbage", std::string{});
  t.core.results(frame, t.now);
  t.collect();
  REQUIRE(t.hellos.size() == 2);
  t.welcome(true);
  CHECK(t.batches.size() == 2);
}

TEST_CASE("readable results in front of garbage count") {
  core_fixture t;
  t.connect();
  t.send("a");
  t.core.results(answers(1, {1}) + "garbage", t.now);
  CHECK(t.code_of("a") == std::nullopt);
}

TEST_CASE("the loss of a link while a hello is due cancels the hello") {
  core_fixture t;
  t.connect();
  t.core.store_lost(true, t.now);
  t.core.link_down({errc::unavailable, "cut"}, t.now);
  t.collect();
  CHECK(t.hellos.size() == 1);
  t.wait(10s);
  CHECK(t.hellos.size() == 1);
  t.link_up();
  CHECK(t.hellos.size() == 2);
}

TEST_CASE("after close nothing wakes it up") {
  core_fixture t;
  t.connect();
  t.core.close();
  t.collect();
  t.link_down();
  t.link_up();
  t.lose_store(true);
  t.wait(10s);
  CHECK(t.hellos.size() == 1);
  CHECK(t.core.next_wakeup() == std::nullopt);
}
