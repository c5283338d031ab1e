#include <cluster_store/tests/actors/store/fixture.hpp>
#include <cluster_store/tests/power/power_trial.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

constexpr std::uint64_t everything = UINT64_MAX / 2;

version_number version_of_new_session(store_fixture& store, const std::string& id) {
  auto client = store.join();
  const auto stored = store.call(client, set(id, "data"));
  REQUIRE(stored);
  return stored->content.version;
}

} // namespace

TEST_CASE("versions that a power cut took with their commits are not given out again") {
  // given a store that is not synced, and a session whose version was answered
  power_trial here{GENERATE(traits::syncing::interval, traits::syncing::never)};
  version_number last = 0;
  for (int cut = 0; cut < 4; ++cut) {
    here.open();
    {
      store_fixture store{{}, std::move(here.store)};
      for (int number = 0; number < 3; ++number) {
        const auto version = version_of_new_session(store, "id " + std::to_string(number));
        // then it is a new one
        REQUIRE(version > last);
        last = version;
      }
      // when the power fails with nothing of that on the disk
      here.disk.cut();
    }
    here.disk.come_back_without(0, everything);
    here.open();
    REQUIRE(value_of(here.store->length()) < 3);
    here.store.reset();
  }
}

TEST_CASE("with sync=always versions go on where they were, and nothing is reserved") {
  power_trial here{traits::syncing::always};
  here.open();
  {
    store_fixture store{{}, std::move(here.store)};
    CHECK(version_of_new_session(store, "a") == 1);
    here.disk.cut();
  }
  here.disk.come_back_without(0, everything);
  here.open();
  CHECK(value_of(here.store->system_rows("store/reserved", "store/s", 10)).empty());
  store_fixture store{{}, std::move(here.store)};
  store.join(); // again: it has an answer to its first operation
  CHECK(version_of_new_session(store, "b") == 2);
}
