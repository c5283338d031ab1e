#include <cluster_store/tests/backends/engines.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

void put_numbered(backend& to, const std::string& start, int first, int last) {
  for (int i = first; i < last; ++i)
    apply(to, {put(start + std::to_string(i), record_of(1, std::to_string(i)))});
}

} // namespace

TEST_CASE("listing nothing gives one page without a cursor") {
  engine store{any_engine()};
  const auto page = value_of(store->scan({}));
  CHECK(page.rows.empty());
  CHECK(page.cursor.empty());
}

TEST_CASE("pages of any size give every session once, with its record") {
  engine store{any_engine()};
  put_numbered(*store, "id", 0, 100);
  const auto rows_max = GENERATE(as<std::size_t>{}, 1, 7, 99, 100, 101, 10'000);
  std::map<std::string, std::string> found;
  std::size_t rows = 0;
  std::string cursor;
  do {
    const auto page = value_of(store->scan({.cursor = cursor, .rows_max = rows_max}));
    CHECK(page.rows.size() <= rows_max);
    rows += page.rows.size();
    for (const auto& row : page.rows)
      found[row.id] = value_of(row.content).data;
    cursor = page.cursor;
  } while (!cursor.empty());
  CHECK(rows == 100);
  REQUIRE(found.size() == 100);
  for (int i = 0; i < 100; ++i)
    CHECK(found["id" + std::to_string(i)] == std::to_string(i));
}

TEST_CASE("a page ends once its data is large enough, and has at least one row") {
  engine store{any_engine()};
  for (int i = 0; i < 10; ++i)
    apply(*store, {put("id" + std::to_string(i), record_of(1, std::string(1'000, 'x')))});
  CHECK(value_of(store->scan({.data_bytes_max = 2'500})).rows.size() == 3);
  CHECK(value_of(store->scan({.data_bytes_max = 1})).rows.size() == 1);
  CHECK(value_of(store->scan({.data_bytes_max = 0})).rows.size() == 1);
  CHECK(value_of(store->scan({.data_bytes_max = 1'000'000})).rows.size() == 10);
}

TEST_CASE("a prefix keeps out every other session") {
  engine store{any_engine()};
  put_numbered(*store, "a/", 0, 20);
  put_numbered(*store, "b/", 0, 20);
  const std::string high("\xFF\xFF", 2);
  apply(*store, {put("a", record_of(1, "")), put("a0", record_of(1, "")), put(high, record_of(1, "")),
                 put(high + "x", record_of(1, "")), put("\xFF", record_of(1, ""))});
  const auto count = [&](std::string_view prefix) { return all_ids(*store, prefix, 3).size(); };
  CHECK(count("a/") == 20);
  CHECK(count("a/1") == 11);
  CHECK(count("a") == 22);
  CHECK(count("b/") == 20);
  CHECK(count("c") == 0);
  CHECK(count(high) == 2);
  CHECK(count("\xFF") == 3);
  CHECK(count("") == 45);
}

TEST_CASE("an engine that says so lists in the order of bytes") {
  engine store{any_engine()};
  if (!store->traits().ordered_scan)
    return;
  for (const std::string id : {"b", "a", "aa", "\xFE", "\x01", "B"})
    apply(*store, {put(id, record_of(1, ""))});
  CHECK(all_ids(*store, {}, 2) == std::vector<std::string>{"\x01", "B", "a", "aa", "b", "\xFE"});
}

TEST_CASE("a cursor that no listing gave is refused") {
  engine store{any_engine()};
  put_numbered(*store, "id", 0, 10);
  for (const std::string cursor : {"x", "garbage", "m", "r", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}) {
    const auto page = store->scan({.cursor = cursor});
    REQUIRE_FALSE(page);
    CHECK(page.error().code == errc::invalid_argument);
  }
  CHECK_FALSE(store->broken());
  CHECK(all_ids(*store).size() == 10);
}

TEST_CASE("sessions that live throughout a listing appear once, while others come, change and go") {
  const auto seed = GENERATE(take(5, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  std::mt19937 random_number{seed};
  engine store{any_engine()};
  put_numbered(*store, "stays", 0, 200);
  put_numbered(*store, "goes", 0, 200);
  std::map<std::string, int> seen;
  std::string cursor;
  int comes = 0;
  do {
    const auto page = value_of(store->scan({.cursor = cursor, .rows_max = 20}));
    for (const auto& row : page.rows)
      ++seen[row.id];
    cursor = page.cursor;
    for (int i = 0; i < 15; ++i) {
      const auto some = std::to_string(random_number() % 200);
      apply(*store, {erase("goes" + some), put("stays" + some, record_of(2, "changed")),
                     put("comes" + std::to_string(comes), record_of(3, ""))});
      // The new ones must not keep the listing from ending.
      if (random_number() % 2 == 0)
        apply(*store, {erase("comes" + std::to_string(comes))});
      comes = (comes + 1) % 300;
    }
  } while (!cursor.empty());
  for (int i = 0; i < 200; ++i)
    CHECK(seen["stays" + std::to_string(i)] == 1);
  CHECK(std::all_of(seen.begin(), seen.end(),
                    [](const auto& each) { return each.first.starts_with("comes") || each.second <= 1; }));
}

TEST_CASE("the rest of a listing is empty after a clear") {
  engine store{any_engine()};
  put_numbered(*store, "id", 0, 50);
  const auto first = value_of(store->scan({.rows_max = 10}));
  CHECK(first.rows.size() == 10);
  const auto cursor = first.cursor;
  commit clear;
  clear.clear = true;
  apply(*store, clear);
  const auto second = value_of(store->scan({.cursor = cursor, .rows_max = 10}));
  CHECK(second.rows.empty());
  CHECK(second.cursor.empty());
}

TEST_CASE("a page that looked at enough sessions may be empty, and the listing still finds the rest") {
  engine store{any_engine()};
  commit changes;
  std::vector<std::string> ids;
  for (int i = 0; i < 150'000; ++i)
    ids.push_back("other" + std::to_string(i));
  for (const auto& id : ids)
    changes.writes.push_back(put(id, record_of(1, "")));
  changes.writes.push_back(put("wanted", record_of(1, "")));
  apply(*store, changes);
  CHECK(all_ids(*store, "wanted") == std::vector<std::string>{"wanted"});
  changes.writes.clear();
  for (const auto& id : ids)
    changes.writes.push_back(erase(id));
  apply(*store, changes);
  CHECK(all_ids(*store) == std::vector<std::string>{"wanted"});
  CHECK(value_of(store->length()) == 1);
}
