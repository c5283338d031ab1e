#include <cluster_store/tests/backends/engines.hpp>

#include <limits>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

/// A record in which every field has a value of its own.
stored full_record() {
  stored made{record_of(77, "the data")};
  made.fields.born = 42;
  made.fields.created_at = at(1'700'000'000'123);
  made.fields.expires_at = at(1'700'000'060'123);
  made.fields.ttl = std::chrono::milliseconds{60'000};
  made.fields.absolute_expires_at = at(1'800'000'000'000);
  made.fields.codec = 3;
  made.user = "a user";
  made.extensions = std::string("\x07\x02xy", 4);
  return made;
}

} // namespace

TEST_CASE("a session that was never put is not there, which is no error") {
  engine store{any_engine()};
  CHECK_FALSE(read(*store, "nobody"));
  CHECK(value_of(store->length()) == 0);
  CHECK_FALSE(store->broken());
}

TEST_CASE("what is put is read back with every field") {
  engine store{any_engine()};
  const auto whole = full_record();
  CHECK(apply(*store, {put("id", whole.record())}).at(0) == write_outcome::applied);
  CHECK(read(*store, "id") == whole);
}

TEST_CASE("fields may be at the ends of their ranges") {
  engine store{any_engine()};
  auto extreme = full_record();
  extreme.fields.version = std::numeric_limits<version_number>::max();
  extreme.fields.born = 0;
  extreme.fields.codec = 255;
  extreme.fields.created_at = wall_time::min();
  extreme.fields.expires_at = wall_time::max();
  extreme.fields.absolute_expires_at = wall_time::min();
  extreme.fields.ttl = time_to_live::min();
  apply(*store, {put("id", extreme.record())});
  CHECK(read(*store, "id") == extreme);
  CHECK(value_of(store->due(wall_time::max(), 10)).size() == 1);
}

TEST_CASE("ids and data are bytes") {
  engine store{any_engine()};
  const std::string zeros(3, '\0');
  const std::string high(512, '\xFF');
  const std::string middle("a\0b", 3);
  apply(*store, {put(zeros, record_of(1, zeros)), put(high, record_of(2, high)),
                 put(middle, record_of(3, "")), put("a", record_of(4, "a"))});
  CHECK(read_data(*store, zeros) == zeros);
  CHECK(read_data(*store, high) == high);
  CHECK(read_data(*store, middle) == "");
  CHECK(read_data(*store, "a") == "a");
  CHECK_FALSE(read(*store, std::string_view{zeros}.substr(1)));
  CHECK(value_of(store->length()) == 4);
}

TEST_CASE("an engine refuses an id that no store allows, and nothing else of that commit") {
  engine store{any_engine()};
  const std::string too_long(513, 'x');
  const auto results = apply(*store, {put("", record_of(1, "a")), put(too_long, record_of(2, "b")),
                                      put("good", record_of(3, "c")), erase("")});
  CHECK(results.at(0).error().code == errc::invalid_argument);
  CHECK(results.at(1).error().code == errc::too_large);
  CHECK(results.at(2) == write_outcome::applied);
  CHECK(results.at(3).error().code == errc::invalid_argument);
  CHECK(value_of(store->length()) == 1);
  CHECK_FALSE(read(*store, ""));
  CHECK_FALSE(read(*store, too_long));
}

TEST_CASE("a mebibyte of data is kept, and more than an engine stores is refused") {
  engine store{any_engine()};
  std::string large(1024 * 1024, '\0');
  for (std::size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<char>(i * 2'654'435'761u >> 13);
  const std::string excessive(16 * 1024 * 1024 + 1, 'x');
  const auto results =
      apply(*store, {put("large", record_of(1, large)), put("excessive", record_of(2, excessive))});
  CHECK(results.at(0) == write_outcome::applied);
  CHECK(results.at(1).error().code == errc::too_large);
  CHECK((read_data(*store, "large") == large));
}

TEST_CASE("a put replaces the whole record") {
  engine store{any_engine()};
  apply(*store, {put("id", full_record().record())});
  apply(*store, {put("id", record_of(78, "other"))});
  CHECK(read(*store, "id") == stored{record_of(78, "other")});
  CHECK(value_of(store->length()) == 1);
}

TEST_CASE("an erased session is gone, and erasing it again is no error") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "a")), put("other", record_of(2, "b"))});
  CHECK(apply(*store, {erase("id")}).at(0) == write_outcome::applied);
  CHECK(apply(*store, {erase("id")}).at(0) == write_outcome::applied);
  CHECK_FALSE(read(*store, "id"));
  CHECK(read_data(*store, "other") == "b");
  CHECK(value_of(store->length()) == 1);
}

TEST_CASE("a touch changes the expiry and keeps everything else") {
  engine store{any_engine()};
  auto whole = full_record();
  apply(*store, {put("id", whole.record())});
  whole.fields.expires_at = at(1'700'000'999'999);
  whole.fields.ttl = std::chrono::milliseconds{5};
  apply(*store, {touch("id", whole.record())});
  CHECK(read(*store, "id") == whole);
  whole.fields.expires_at.reset();
  whole.fields.ttl.reset();
  apply(*store, {touch("id", whole.record())});
  CHECK(read(*store, "id") == whole);
  CHECK(value_of(store->length()) == 1);
}

TEST_CASE("a touch of a session that is not there stores it, as a put") {
  engine store{any_engine()};
  apply(*store, {touch("id", full_record().record())});
  CHECK(read(*store, "id") == full_record());
  CHECK(value_of(store->length()) == 1);
}

TEST_CASE("a touch may pass back the record that was read") {
  engine store{any_engine()};
  const auto whole = full_record();
  apply(*store, {put("id", whole.record())});
  const std::string_view id = "id";
  reads got;
  value_of(store->get(std::span{&id, 1}, got));
  auto content = *value_of(got.rows.front());
  content.expires_at = at(5);
  apply(*store, {touch("id", content)});
  auto expected = whole;
  expected.fields.expires_at = at(5);
  CHECK(read(*store, "id") == expected);
}

TEST_CASE("a write may carry views of sessions that the same commit replaces, erases or clears") {
  engine store{any_engine()};
  const bool with_clear = GENERATE(false, true);
  apply(*store, {put("a", full_record().record()), put("b", record_of(2, "data of b"))});
  const std::array<std::string_view, 2> ids{"a", "b"};
  reads got;
  value_of(store->get(ids, got));
  const auto a = *value_of(got.rows.at(0));
  const auto b = *value_of(got.rows.at(1));
  commit changes;
  changes.clear = with_clear;
  changes.writes = {erase("a"), put("b", a), put("a", b), put("c", a), put("b", b), put("d", a)};
  apply(*store, changes);
  CHECK(read_data(*store, "a") == "data of b");
  CHECK(read_data(*store, "b") == "data of b");
  CHECK(read(*store, "c") == full_record());
  CHECK(read(*store, "d") == full_record());
  CHECK(value_of(store->length()) == 4);
}

TEST_CASE("many sessions are read at once, in the order they were asked for") {
  engine store{any_engine()};
  commit changes;
  std::vector<std::string> ids;
  for (int i = 0; i < 2'000; ++i)
    ids.push_back("session " + std::to_string(i * 7919 % 2'000));
  for (std::size_t i = 0; i < ids.size(); i += 2)
    changes.writes.push_back(put(ids[i], record_of(i + 1, ids[i])));
  apply(*store, changes);
  std::vector<std::string_view> asked{ids.begin(), ids.end()};
  asked.push_back(ids.front()); // twice
  reads got;
  value_of(store->get(asked, got));
  REQUIRE(got.rows.size() == asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto found = value_of(got.rows[i]);
    const bool expected = i % 2 == 0;
    REQUIRE(found.has_value() == expected);
    if (expected)
      REQUIRE(found->data == asked[i]);
  }
  value_of(store->get({}, got));
  CHECK(got.rows.empty());
}

TEST_CASE(
    "a read that is bounded in bytes gives the first sessions, and the others when they are asked for") {
  engine store{any_engine()};
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i)
    ids.push_back("session " + std::to_string(i));
  const std::vector<std::string_view> asked{ids.begin(), ids.end()};
  const std::size_t bytes_max = GENERATE(1, 1'000'000);
  for (const std::size_t bytes : {10, 300'000}) { // small ones first: what an engine expects is wrong then
    std::vector<std::string> data;
    for (const auto& id : ids)
      data.emplace_back(bytes, id.back());
    commit changes;
    for (std::size_t i = 0; i < ids.size(); ++i)
      changes.writes.push_back(put(ids[i], record_of(1, data[i])));
    apply(*store, changes);
    for (std::size_t from = 0; from < asked.size();) {
      reads got;
      got.bytes_max = bytes_max;
      value_of(store->get(std::span{asked}.subspan(from), got));
      REQUIRE_FALSE(got.rows.empty());
      REQUIRE(got.rows.size() <= asked.size() - from);
      if (store.durable()) // it copies what it reads
        REQUIRE(got.rows.size() <= 1 + bytes_max / static_cast<std::size_t>(bytes));
      for (const auto& row : got.rows) {
        REQUIRE(value_of(row)->data == data[from]);
        ++from;
      }
    }
  }
}

TEST_CASE("what was read stays while its pins are kept and nothing is applied") {
  engine store{any_engine()};
  apply(*store,
        {put("a", record_of(1, std::string(5'000, 'a'))), put("b", record_of(2, std::string(5'000, 'b')))});
  const std::array<std::string_view, 2> ids{"a", "b"};
  reads first;
  reads second;
  value_of(store->get(std::span{ids}.first(1), first));
  value_of(store->get(std::span{ids}.last(1), second));
  CHECK(value_of(first.rows.front())->data == std::string(5'000, 'a'));
  CHECK(value_of(second.rows.front())->data == std::string(5'000, 'b'));
}

TEST_CASE("what was read may be freed after the engine") {
  reads first;
  reads second;
  {
    engine store{any_engine()};
    apply(*store, {put("id", record_of(1, std::string(5'000, 'a')))});
    if (store.durable())
      store.reopen();
    const std::string_view id = "id";
    value_of(store->get(std::span{&id, 1}, first));
    value_of(store->get(std::span{&id, 1}, second));
    CHECK(value_of(second.rows.front())->data.size() == 5'000);
  }
  CHECK(first.rows.size() == 1);
}

TEST_CASE("clear removes all sessions before the writes of the same commit") {
  engine store{any_engine()};
  for (int round = 0; round < 3; ++round) {
    commit changes;
    changes.clear = round > 0;
    for (int i = 0; i < 100; ++i) {
      const auto id = std::to_string(round) + "/" + std::to_string(i);
      apply(*store, {put(id, record_of(1, "x", at(i)))});
    }
    apply(*store, {put("kept", record_of(1, "x", at(7)))});
    changes.writes = {put("new", record_of(2, "new", at(3))), put("kept", record_of(2, "kept"))};
    apply(*store, changes);
    CHECK(value_of(store->length()) == (round == 0 ? 102 : 2));
  }
  CHECK(all_ids(*store).size() == 2);
  CHECK(read_data(*store, "new") == "new");
  CHECK(read_data(*store, "kept") == "kept");
  CHECK(value_of(store->due(at(1'000), 1'000)) == std::vector{expiry(3, "new")});
}

TEST_CASE("clear removes sessions with the highest ids there can be") {
  engine store{any_engine()};
  const std::string highest(512, '\xFF');
  apply(*store, {put(highest, record_of(1, "x", wall_time::max()))});
  commit changes;
  changes.clear = true;
  apply(*store, changes);
  CHECK_FALSE(read(*store, highest));
  CHECK(value_of(store->due(wall_time::max(), 10)).empty());
  CHECK(value_of(store->length()) == 0);
}

TEST_CASE("an empty commit changes nothing") {
  engine store{any_engine()};
  apply(*store, {put("id", record_of(1, "a"))});
  CHECK(apply(*store, commit{}).empty());
  value_of(store->sync());
  CHECK(read_data(*store, "id") == "a");
}

TEST_CASE("a durable engine has everything after it was closed and opened") {
  engine store{any_engine()};
  if (!store.durable())
    return;
  const auto whole = full_record();
  commit changes;
  changes.writes = {put("id", whole.record()), put("gone", record_of(1, "x")), erase("gone")};
  changes.client_rows = {{client(1), 5, "row"}};
  changes.system_rows = {{"key", "value"}};
  apply(*store, changes);
  store.reopen();
  CHECK(read(*store, "id") == whole);
  CHECK_FALSE(read(*store, "gone"));
  CHECK(value_of(store->length()) == 1);
  CHECK(value_of(store->due(wall_time::max(), 10)) == std::vector{expiry(1'700'000'060'123, "id")});
  CHECK(value_of(store->client_rows()) == changes.client_rows);
  CHECK(value_of(store->system_rows({}, {}, 10)) == changes.system_rows);
}
