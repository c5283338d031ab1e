#include <cluster_store/tests/actors/proxy/core_fixture.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

namespace {

constexpr std::uint64_t own = 200;

} // namespace

TEST_CASE("a handle sends no more than it was granted, and asks for what it needs") {
  core_fixture here;
  here.requests_granted = own;
  here.connect();
  for (int i = 0; i < 20; ++i)
    here.issue("session " + std::to_string(i));
  here.core.flush(here.now);
  here.collect();
  REQUIRE(here.batches.size() == 1);
  const auto sent = here.batches[0].operation_bytes;
  CHECK(sent <= own);
  CHECK(here.batches[0].items.size() < 20);
  CHECK(here.batches[0].head.requests_wanted > own);
  SECTION("what was granted is sent, in order") {
    here.grant(here.batches[0].head.requests_wanted);
    REQUIRE(here.batches.size() == 2);
    CHECK(here.batches[1].items.size() == 20 - here.batches[0].items.size());
  }
  SECTION("it asks once") {
    here.core.flush(here.now);
    here.collect();
    CHECK(here.batches.size() == 1);
  }
  SECTION("a new connection begins anew") {
    here.lose_store(false);
    here.wait(std::chrono::seconds{1});
    here.batches.clear();
    here.welcome(true, 0);
    REQUIRE_FALSE(here.batches.empty());
    CHECK(here.batches[0].operation_bytes == sent);
  }
}

TEST_CASE("an operation larger than what is granted waits for it, and those behind it wait, too") {
  core_fixture here;
  here.requests_granted = own;
  here.connect();
  here.issue("large " + std::string(own, 'x'));
  here.issue("small");
  here.core.flush(here.now);
  here.collect();
  REQUIRE(here.batches.size() == 1);
  CHECK(here.batches[0].items.empty());
  here.grant(here.batches[0].head.requests_wanted);
  REQUIRE(here.batches.size() == 2);
  CHECK(here.batches[1].items.size() == 2);
}

TEST_CASE("what was taken is reported at once if it is much, else within a second, with the floor") {
  core_fixture here;
  here.connect();
  here.send("a");
  here.batches.clear();
  SECTION("little") {
    here.answer({1});
    CHECK(here.batches.empty());
    here.wait(actors::proxy_core::report_delay);
    REQUIRE(here.batches.size() == 1);
    CHECK(here.batches[0].head.floor == 2);
    CHECK(here.batches[0].head.answers_taken > 0);
    here.wait(actors::proxy_core::report_delay);
    CHECK(here.batches.size() == 1); // there is no more to say
  }
  SECTION("much") {
    std::string frame;
    wire::append_results_head({.ticket = here.last_ticket}, frame);
    wire::append_failure(1, {errc::io_error, std::string(wire::unreported_bytes_max, 'x')}, frame);
    here.core.results(frame, here.now);
    here.core.flush(here.now);
    here.collect();
    REQUIRE(here.batches.size() == 1);
    CHECK(here.batches[0].head.answers_taken > wire::unreported_bytes_max);
  }
}

TEST_CASE("what was granted and is not needed is given back") {
  core_fixture here;
  here.requests_granted = own;
  here.connect();
  here.send("a");
  here.answer({1});
  here.grant(10 * own);
  here.batches.clear();
  here.wait(actors::proxy_core::report_delay);
  here.wait(actors::proxy_core::report_delay);
  REQUIRE_FALSE(here.batches.empty());
  const auto& head = here.batches.back().head;
  CHECK(head.requests_returned > 8 * own);
  here.batches.clear();
  here.send("b");
  REQUIRE(here.batches.size() == 1); // its own room is still there
  CHECK(here.batches[0].items.size() == 1);
}
