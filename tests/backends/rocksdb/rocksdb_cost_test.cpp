#include <array>
#include <string>

#include <rocksdb/db.h>

#include <cluster_store/backends/rocksdb/engine.hpp>
#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using backends::database;
using backends::family;
using backends::rocksdb_engine;
using backends::traits;
using namespace cluster_store::tests;

namespace {

/// An engine over a database that the test can look into: RocksDB numbers every row it writes.
class counted_store {
public:
  counted_store() {
    backends::rocksdb_options how;
    how.path = directory_ / "data";
    how.sync = traits::syncing::never;
    auto opened = value_of(backends::open_database(how));
    database_ = opened.get();
    engine_ = std::make_unique<rocksdb_engine>(std::move(opened), how);
    value_of(engine_->load());
  }

  rocksdb_engine* operator->() { return engine_.get(); }

  /// @returns how many rows a commit of `writes` writes, deleted ones included.
  std::uint64_t rows_of(std::vector<backends::write> writes) {
    const auto before = database_->db->GetLatestSequenceNumber();
    tests::apply(*engine_, std::move(writes));
    return database_->db->GetLatestSequenceNumber() - before;
  }

  bool has(std::string_view id) {
    backends::reads got;
    value_of(engine_->get(std::array{id}, got));
    return value_of(got.rows.front()).has_value();
  }

  /// Takes a session away without the engine's knowledge.
  void remove_behind_its_back(std::string_view id) {
    REQUIRE(database_->db->Delete({}, (*database_)[family::sessions], id).ok());
  }

private:
  temporary_directory directory_;
  database* database_ = nullptr;
  std::unique_ptr<rocksdb_engine> engine_;
};

std::vector<std::string> ids(std::size_t count) {
  std::vector<std::string> made;
  for (std::size_t number = 0; number < count; ++number)
    made.push_back("session" + std::to_string(number));
  return made;
}

std::vector<backends::write> puts(const std::vector<std::string>& of,
                                  std::optional<wall_time> expires_at = {}) {
  std::vector<backends::write> made;
  for (const auto& id : of)
    made.push_back(put(id, record_of(1, "data", expires_at)));
  return made;
}

} // namespace

TEST_CASE("a commit writes one row for each session it replaces, and one for the length if that changes") {
  counted_store store;
  const auto all = ids(64);
  CHECK(store.rows_of(puts(all)) == 64 + 1);
  CHECK(store.rows_of(puts(all)) == 64);
}

TEST_CASE("a session with an expiry costs a row of the index, and its former one when it moves") {
  counted_store store;
  CHECK(store.rows_of({put("a", record_of(1, "data", at(5)))}) == 1 + 1 + 1); // session, index, length
  CHECK(store.rows_of({put("a", record_of(2, "more", at(5)))}) == 1 + 1);     // the same row of the index
  CHECK(store.rows_of({touch("a", record_of(2, "more", at(9)))}) == 1 + 2);
  CHECK(store.rows_of({erase("a")}) == 1 + 1 + 1);
  CHECK(store.rows_of({erase("a")}) == 0);
}

TEST_CASE("a session that was just written or read is not read from the database") {
  counted_store store;
  store.rows_of({put("a", record_of(1, "data"))});
  store.remove_behind_its_back("a");
  CHECK(store.has("a"));
  store.rows_of({erase("a")});
  CHECK_FALSE(store.has("a"));
}

TEST_CASE("a commit does not read again what was read before it, in however many steps") {
  counted_store store;
  const auto all = ids(512);
  store.rows_of(puts(all));
  constexpr std::size_t step = 128;
  for (std::size_t first = 0; first < all.size(); first += step) {
    const std::vector<std::string_view> some(all.begin() + static_cast<std::ptrdiff_t>(first),
                                             all.begin() + static_cast<std::ptrdiff_t>(first + step));
    backends::reads got;
    value_of(store->get(some, got));
  }
  for (const auto& id : all)
    store.remove_behind_its_back(id);
  std::vector<backends::write> erases;
  for (const auto& id : all)
    erases.push_back(erase(id));
  CHECK(store.rows_of(erases) == 512 + 1); // had it looked, it would have found nothing to erase
  CHECK(value_of(store->length()) == 0);
}
