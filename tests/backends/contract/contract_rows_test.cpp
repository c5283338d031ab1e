#include <cluster_store/tests/backends/engines.hpp>

#include <algorithm>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

bool contains(const std::vector<expiry_row>& rows, const expiry_row& wanted) {
  return std::find(rows.begin(), rows.end(), wanted) != rows.end();
}

void apply_system(backend& to, std::vector<system_row> rows) {
  commit changes;
  changes.system_rows = std::move(rows);
  apply(to, changes);
}

} // namespace

TEST_CASE("what is due comes oldest first, up to and including now") {
  engine store{any_engine()};
  apply(*store, {put("c", record_of(1, "", at(300))), put("a", record_of(2, "", at(100))),
                 put("b", record_of(3, "", at(200))), put("never", record_of(4, "")),
                 put("early", record_of(5, "", at(-100)))});
  CHECK(value_of(store->due(at(-101), 10)).empty());
  CHECK(value_of(store->due(at(200), 10))
        == std::vector{expiry(-100, "early"), expiry(100, "a"), expiry(200, "b")});
  CHECK(value_of(store->due(at(1'000), 2)) == std::vector{expiry(-100, "early"), expiry(100, "a")});
  CHECK(value_of(store->due(wall_time::max(), 10)).size() == 4);
  CHECK(value_of(store->due(at(1'000), 0)).empty());
}

TEST_CASE("a session is due at its newest expiry") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "x", at(100)))});
  apply(*store, {touch("id", record_of(1, "x", at(500)))});
  CHECK(contains(value_of(store->due(at(500), 10)), expiry(500, "id")));
  apply(*store, {touch("id", record_of(1, "x", at(50)))});
  CHECK(contains(value_of(store->due(at(60), 10)), expiry(50, "id")));
  apply(*store, {put("id", record_of(2, "y", at(300))), put("id", record_of(3, "z", at(200)))});
  CHECK(contains(value_of(store->due(at(200), 10)), expiry(200, "id")));
}

TEST_CASE("an early expiry is found also after later ones were asked for") {
  engine store{any_engine()};
  apply(*store, {put("late", record_of(1, "", at(1'000)))});
  CHECK(value_of(store->due(at(900), 10)).empty());
  apply(*store, {put("early", record_of(2, "", at(10)))});
  CHECK(value_of(store->due(at(900), 10)) == std::vector{expiry(10, "early")});
  apply(*store, {put("earlier", record_of(3, "", at(5)))});
  CHECK(value_of(store->due(at(2'000), 10))
        == std::vector{expiry(5, "earlier"), expiry(10, "early"), expiry(1'000, "late")});
}

TEST_CASE("sweeping removes sessions and their rows in one commit until nothing is due") {
  engine store{any_engine()};
  commit changes;
  std::vector<std::string> ids;
  for (int i = 0; i < 500; ++i)
    ids.push_back("id" + std::to_string(i));
  for (int i = 0; i < 500; ++i)
    changes.writes.push_back(put(ids[static_cast<std::size_t>(i)], record_of(1, "x", at(i % 50))));
  changes.writes.push_back(put("alive", record_of(1, "x", at(1'000))));
  apply(*store, changes);
  int rounds = 0;
  for (auto rows = value_of(store->due(at(100), 64)); !rows.empty();
       rows = value_of(store->due(at(100), 64))) {
    REQUIRE(++rounds <= 8);
    commit sweep;
    for (const auto& row : rows)
      sweep.writes.push_back(erase(row.id));
    sweep.swept = rows;
    apply(*store, sweep);
  }
  CHECK(rounds == 8);
  CHECK(value_of(store->length()) == 1);
  CHECK(value_of(store->due(at(1'000), 10)) == std::vector{expiry(1'000, "alive")});
}

TEST_CASE("settling a stale row of the index leaves the session and its own row") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "x", at(100)))});
  apply(*store, {put("id", record_of(2, "y", at(200)))});
  commit sweep;
  sweep.swept = {expiry(100, "id"), expiry(150, "nobody")};
  apply(*store, sweep);
  CHECK(read_data(*store, "id") == "y");
  CHECK(value_of(store->due(at(1'000), 10)) == std::vector{expiry(200, "id")});
}

TEST_CASE("client rows come back in order of client and number") {
  engine store{any_engine()};
  commit changes;
  changes.client_rows = {{client(2), 1, "c"}, {client(1), 300, "b"}, {client(1), 2, "a"}, {client(2), 0, ""}};
  apply(*store, changes);
  const std::vector<client_row> expected{
      {client(1), 2, "a"}, {client(1), 300, "b"}, {client(2), 0, ""}, {client(2), 1, "c"}};
  CHECK(value_of(store->client_rows()) == expected);
}

TEST_CASE("a client row is replaced, and rows up to a number are removed") {
  engine store{any_engine()};
  commit changes;
  const std::string binary("\0\xFF", 2);
  for (std::uint64_t number = 1; number <= 10; ++number)
    changes.client_rows.push_back({client(1), number, "old"});
  changes.client_rows.push_back({client(2), 1, binary});
  apply(*store, changes);
  commit second;
  second.client_erases = {{client(1), 8}, {client(3), 100}};
  second.client_rows = {{client(1), 10, "new"}, {client(1), 4, "again"}};
  apply(*store, second);
  const std::vector<client_row> expected{
      {client(1), 4, "again"}, {client(1), 9, "old"}, {client(1), 10, "new"}, {client(2), 1, binary}};
  CHECK(value_of(store->client_rows()) == expected);
  if (store.durable()) {
    store.reopen();
    CHECK(value_of(store->client_rows()) == expected);
  }
  commit last;
  last.client_erases = {{client(1), ~std::uint64_t{0}}, {client(2), 1}};
  apply(*store, last);
  CHECK(value_of(store->client_rows()).empty());
}

TEST_CASE("clear leaves client rows and system rows alone") {
  engine store{any_engine()};
  commit changes;
  changes.client_rows = {{client(1), 1, "row"}};
  changes.system_rows = {{"key", "value"}};
  apply(*store, changes);
  commit clear;
  clear.clear = true;
  apply(*store, clear);
  CHECK(value_of(store->client_rows()) == changes.client_rows);
  CHECK(value_of(store->system_rows({}, {}, 10)) == changes.system_rows);
}

TEST_CASE("system rows are read by ranges of bytes") {
  engine store{any_engine()};
  const std::string high("b\xFF", 2);
  const std::string zero("b\0", 2);
  apply_system(*store, {{"c", "4"}, {"a", "0"}, {high, "3"}, {"b", "1"}, {zero, "2"}});
  const auto keys_of = [&](std::string_view first, std::string_view last, std::size_t rows_max) {
    std::string made;
    for (const auto& row : value_of(store->system_rows(first, last, rows_max)))
      made += *row.value;
    return made;
  };
  CHECK(keys_of("", "", 10) == "01234");
  CHECK(keys_of("b", "", 10) == "1234");
  CHECK(keys_of("b", "c", 10) == "123");
  CHECK(keys_of(zero, high, 10) == "2");
  CHECK(keys_of("", "", 2) == "01");
  CHECK(keys_of("d", "", 10).empty());
  CHECK(keys_of("c", "b", 10).empty());
}

TEST_CASE("a system row is replaced or removed, in the order of the commit") {
  engine store{any_engine()};
  apply_system(*store, {{"a", "1"}, {"b", "1"}, {"c", ""}});
  apply_system(*store, {{"a", "2"},
                        {"b", std::nullopt},
                        {"none", std::nullopt},
                        {"d", "1"},
                        {"d", std::nullopt},
                        {"e", std::nullopt},
                        {"e", "2"}});
  const std::vector<system_row> expected{{"a", "2"}, {"c", ""}, {"e", "2"}};
  CHECK(value_of(store->system_rows({}, {}, 10)) == expected);
}
