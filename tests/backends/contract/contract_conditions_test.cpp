#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

constexpr auto applied_now = write_outcome::applied;
constexpr auto not_applied = write_outcome::precondition_failed;

} // namespace

TEST_CASE("a write that wants no session is applied only if there is none") {
  engine store{any_engine()};
  CHECK(apply(*store, {put("id", record_of(1, "first"), absent())}).at(0) == applied_now);
  CHECK(apply(*store, {put("id", record_of(2, "second"), absent())}).at(0) == not_applied);
  CHECK(read_data(*store, "id") == "first");
  CHECK(apply(*store, {erase("id", absent())}).at(0) == not_applied);
  CHECK(read_data(*store, "id") == "first");
  CHECK(value_of(store->length()) == 1);
}

TEST_CASE("a write that wants a version is applied only to that one") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(5, "five"))});
  CHECK(apply(*store, {put("id", record_of(6, "six"), version_is(4))}).at(0) == not_applied);
  CHECK(read_data(*store, "id") == "five");
  CHECK(apply(*store, {put("id", record_of(6, "six"), version_is(5))}).at(0) == applied_now);
  CHECK(read_data(*store, "id") == "six");
  CHECK(apply(*store, {erase("id", version_is(5))}).at(0) == not_applied);
  CHECK(apply(*store, {erase("id", version_is(6))}).at(0) == applied_now);
  CHECK_FALSE(read(*store, "id"));
  CHECK(apply(*store, {put("id", record_of(7, "seven"), version_is(6))}).at(0) == not_applied);
  CHECK(apply(*store, {put("none", record_of(8, "x"), version_is(0))}).at(0) == not_applied);
  CHECK(value_of(store->length()) == 0);
}

TEST_CASE("preconditions hold also for what was just read") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "one"))});
  read(*store, "id");
  CHECK(apply(*store, {put("id", record_of(2, "two"), version_is(1))}).at(0) == applied_now);
  CHECK(apply(*store, {put("id", record_of(3, "three"), version_is(1))}).at(0) == not_applied);
  read(*store, "other");
  CHECK(apply(*store, {put("other", record_of(4, "four"), absent())}).at(0) == applied_now);
  CHECK(apply(*store, {put("other", record_of(5, "five"), absent())}).at(0) == not_applied);
  CHECK(value_of(store->length()) == 2);
}

TEST_CASE("the writes of a commit see each other in their order") {
  engine store{any_engine()};
  const auto results =
      apply(*store, {put("id", record_of(1, "a"), absent()), put("id", record_of(2, "b"), absent()),
                     put("id", record_of(3, "c"), version_is(1)), erase("id", version_is(1)),
                     erase("id", version_is(3)), put("id", record_of(4, "d"), version_is(3)),
                     put("id", record_of(5, "e"), absent()), erase("other", absent())});
  const std::vector<write_outcome> expected{applied_now, not_applied, applied_now, not_applied,
                                            applied_now, not_applied, applied_now, applied_now};
  REQUIRE(results.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(results[i] == expected[i]);
  CHECK(read_data(*store, "id") == "e");
  CHECK(value_of(store->length()) == 1);
}

TEST_CASE("preconditions of a commit that clears see an empty store") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "a")), put("known", record_of(2, "b"))});
  read(*store, "known");
  commit changes;
  changes.clear = true;
  changes.writes = {put("id", record_of(3, "c"), version_is(1)), put("known", record_of(4, "d"), absent()),
                    put("id", record_of(5, "e"), absent())};
  const auto results = apply(*store, changes);
  CHECK(results.at(0) == not_applied);
  CHECK(results.at(1) == applied_now);
  CHECK(results.at(2) == applied_now);
  CHECK(value_of(store->length()) == 2);
}

TEST_CASE("a failed precondition keeps only its own write from being applied") {
  engine store{any_engine()};
  commit changes;
  changes.writes = {put("a", record_of(1, "a"), version_is(9)), put("b", record_of(2, "b"))};
  changes.client_rows = {{client(1), 1, "row"}};
  changes.system_rows = {{"key", "value"}};
  const auto results = apply(*store, changes);
  CHECK(results.at(0) == not_applied);
  CHECK(results.at(1) == applied_now);
  CHECK_FALSE(read(*store, "a"));
  CHECK(read_data(*store, "b") == "b");
  CHECK(value_of(store->client_rows()) == changes.client_rows);
  CHECK(value_of(store->system_rows({}, {}, 10)) == changes.system_rows);
}

TEST_CASE("a write that is not applied leaves the expiry index alone") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "a", at(10)))});
  apply(*store, {put("id", record_of(2, "b", at(5)), version_is(9)),
                 put("x", record_of(3, "c", at(6)), version_is(9))});
  CHECK(value_of(store->due(at(100), 10)) == std::vector{expiry(10, "id")});
}
