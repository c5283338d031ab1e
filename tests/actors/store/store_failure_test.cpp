#include <cluster_store/tests/actors/store/fixture.hpp>

#include <cluster_store/backends/faulty/faulty.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using backends::call_kind;
using fault_kind = backends::fault::kind;

namespace {

std::unique_ptr<backends::backend> failing(call_kind where, fault_kind what, std::uint64_t from,
                                           std::uint64_t to) {
  backends::fault_plan plan;
  plan.faults.push_back({where, what, from, to, 1.0});
  return *backends::make_faulty(backends::make_memory(), plan);
}

} // namespace

// The first apply of a new store writes its incarnation, so operations start with the second.

TEST_CASE("an aborted commit fails its mutations, and its reads see the store as it was") {
  store_fixture store{store_fixture::without_windows(),
                      failing(call_kind::apply, fault_kind::io_error, 3, 3)};
  auto client = store.join();
  auto other = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  REQUIRE_FALSE(store.submit(client, {get("a"), set("a", "2"), get("a"), destroy("a")}));
  REQUIRE_FALSE(store.submit(other, {get("a")}));
  const auto answers = store.run();
  CHECK(answers.at({client.id, 2})->content.data == "1");
  CHECK(answers.at({client.id, 3}).error().code == errc::io_error);
  CHECK(answers.at({client.id, 4})->content.data == "1");
  CHECK(answers.at({client.id, 5}).error().code == errc::io_error);
  CHECK(answers.at({other.id, 1})->content.data == "1");
}

TEST_CASE("after a failed write the store is read-only until a probe write succeeds") {
  store_fixture store{store_fixture::without_windows(),
                      failing(call_kind::apply, fault_kind::io_error, 3, 4)};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  CHECK(store.call(client, set("a", "2")).error().code == errc::io_error);
  REQUIRE(store.core().read_only());
  CHECK(store.call(client, set("a", "3")).error().code == errc::io_error);
  CHECK(store.call(client, get("a"))->content.data == "1");
  CHECK(store.call(client, length())->count == 1);

  store.core().tick(store.steady); // the probe fails, too
  store.run();
  CHECK(store.core().read_only());
  store.core().tick(store.steady);
  store.run();
  CHECK_FALSE(store.core().read_only());
  const auto stored = store.call(client, set("a", "4"));
  REQUIRE(stored);
  CHECK(stored->content.version == 2);
  CHECK(store.call(client, get("a"))->content.data == "4");
}

TEST_CASE("a client that leaves while the store is read-only is forgotten later, not in a busy loop") {
  store_fixture store{store_fixture::without_windows(),
                      failing(call_kind::apply, fault_kind::io_error, 3, 3)};
  auto client = store.join();
  auto other = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  CHECK(store.call(client, set("a", "2")).error().code == errc::io_error);
  store.core().said_bye({client.id, client.ticket});
  CHECK(store.call(other, get("a"))->found);
  CHECK(store.groups == 1);
  store.core().tick(store.steady);
  store.run();
  CHECK(store.core().figures().clients == 1);
}

TEST_CASE("a commit in doubt is answered to nobody, and the reopened store knows whether it was applied") {
  const auto applied = GENERATE(true, false);
  const auto doubt = applied ? fault_kind::unknown_applied : fault_kind::unknown_unapplied;
  store_fixture store{store_fixture::without_windows(), failing(call_kind::apply, doubt, 3, 3)};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  REQUIRE_FALSE(store.submit(client, {set("a", "2"), get("a")}));
  CHECK(store.run().empty());
  REQUIRE(store.core().must_restart());

  store.restart();
  const auto welcome = store.greet(client);
  CHECK(welcome.known);
  CHECK(welcome.last_applied == (applied ? 2 : 1));
  const auto resent = store.call(client, again(set("a", "2"), 2));
  REQUIRE(resent);
  CHECK(resent->content.version == 2);
  CHECK(store.call(client, get("a"))->content.data == "2");
  CHECK(store.call(client, length())->count == 1);
}

TEST_CASE("a broken engine is answered to nobody and asks for a restart") {
  const auto where = GENERATE(call_kind::apply, call_kind::get);
  store_fixture store{store_fixture::without_windows(), failing(where, fault_kind::broken, 2, UINT64_MAX)};
  auto client = store.join();
  for (int i = 0; i < 3 && !store.core().must_restart(); ++i) {
    REQUIRE_FALSE(store.submit(client, {set("a", "1")}));
    store.run();
  }
  CHECK(store.core().must_restart());
  CHECK_FALSE(store.core().prepare(store.now));
}

TEST_CASE("a corrupt session fails its own reads, and set or destroy mends it") {
  store_fixture store{store_fixture::without_windows(), failing(call_kind::get, fault_kind::corrupt, 2, 3)};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  CHECK(store.call(client, get("a")).error().code == errc::corrupt);
  CHECK(store.call(client, set("a", "2")));
  CHECK(store.call(client, get("a"))->content.data == "2");
  CHECK(store.call(client, length())->count == 1);
}

TEST_CASE("a read that fails is answered with the error and harms nobody") {
  store_fixture store{store_fixture::without_windows(), failing(call_kind::get, fault_kind::io_error, 2, 2)};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1")));
  CHECK(store.call(client, get("a")).error().code == errc::io_error);
  CHECK(store.call(client, get("a"))->found);
}

TEST_CASE("a sweep that cannot read does not hold up the others") {
  store_fixture store{store_fixture::without_windows(), failing(call_kind::due, fault_kind::io_error, 1, 2)};
  auto client = store.join();
  REQUIRE(store.call(client, set("a", "1", 1s)));
  store.now += 1s;
  store.core().tick(store.steady);
  CHECK_FALSE(store.call(client, get("a"))->found);
  CHECK(store.call(client, length()).error().code == errc::io_error);
  store.core().tick(store.steady);
  store.run();
  store.core().tick(store.steady);
  store.run();
  CHECK(store.call(client, length())->count == 0);
}
