#include <cluster_store/backends/rocksdb/rocksdb.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include <cluster_store/tests/backends/engines.hpp>
#include <cluster_store/tests/backends/rocksdb/failing_files.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

/// A store on a disk that fails when told to.
class fragile_store {
public:
  explicit fragile_store(traits::syncing sync, std::uint64_t write_buffer_bytes = 64u << 10) {
    options_.path = directory_ / "data";
    options_.sync = sync;
    options_.cache_bytes = 1u << 20;
    options_.write_buffer_bytes = write_buffer_bytes;
    options_.files = make_failing_files([this](disk_call call) {
      ++calls_[static_cast<std::size_t>(call)];
      if (call == disk_call::sync && std::this_thread::get_id() != owner_)
        return background_sync_error_.load();
      return errors_[static_cast<std::size_t>(call)].load();
    });
    reopen();
  }

  void reopen() {
    backend_.reset();
    for (auto& each : errors_)
      each = 0;
    background_sync_error_ = 0;
    backend_ = value_of(open_rocksdb(options_));
    for (auto& each : calls_)
      each = 0;
  }

  backend& operator*() const { return *backend_; }
  backend* operator->() const { return backend_.get(); }

  std::atomic<int>& error(disk_call call) { return errors_[static_cast<std::size_t>(call)]; }
  std::atomic<int>& background_sync_error() { return background_sync_error_; }
  int count(disk_call call) const { return calls_[static_cast<std::size_t>(call)]; }

  /// @returns the length of the newest log.
  std::uint64_t log_bytes() const {
    std::filesystem::path newest;
    for (const auto& each : std::filesystem::directory_iterator{options_.path})
      if (each.path().extension() == ".log")
        newest = std::max(newest, each.path());
    return std::filesystem::file_size(newest);
  }

  /// @returns a store on what a process that is killed now would leave. @pre nothing goes on in the
  /// background: everything is in one log.
  std::unique_ptr<backend> reopened_copy() const {
    auto options = options_;
    options.path = directory_ / "copy";
    options.files = nullptr;
    std::filesystem::copy(options_.path, options.path, std::filesystem::copy_options::recursive);
    return value_of(open_rocksdb(options));
  }

  result<outcomes> try_put(std::string_view id, std::string_view data) {
    commit changes;
    changes.writes = {put(id, record_of(1, data, at(1)))};
    changes.client_rows = {{client(1), ++number_, std::string{data}}};
    return backend_->apply(changes);
  }

private:
  std::array<std::atomic<int>, 4> errors_{};
  std::array<std::atomic<int>, 4> calls_{};
  std::atomic<int> background_sync_error_ = 0; // of RocksDB's own threads
  std::thread::id owner_ = std::this_thread::get_id();
  temporary_directory directory_;
  rocksdb_options options_;
  std::unique_ptr<backend> backend_;
  std::uint64_t number_ = 0;
};

} // namespace

TEST_CASE("with sync=always a commit of any size is one append and one sync") {
  fragile_store store{traits::syncing::always};
  commit changes;
  for (const auto* id : {"a", "b", "c"})
    changes.writes.push_back(put(id, record_of(1, "data", at(1))));
  changes.client_rows = {{client(1), 1, "row"}};
  changes.system_rows = {{"key", "value"}};
  apply(*store, changes);
  CHECK(store.count(disk_call::append) == 1);
  CHECK(store.count(disk_call::sync) == 1);
  value_of(store->sync());
  CHECK(store.count(disk_call::sync) == 1);
}

TEST_CASE(
    "with sync=always a commit does not change the length of the log, which is filled with zeros ahead") {
  fragile_store store{traits::syncing::always};
  value_of(store.try_put("a", "data"));
  const auto bytes = store.log_bytes();
  CHECK(bytes >= 128 * 1024);
  for (int number = 0; number < 100; ++number)
    value_of(store.try_put("a", "more data"));
  CHECK(store.log_bytes() == bytes);
}

TEST_CASE("a log with zeros behind its end is read to the end, also when it was lengthened on the way") {
  fragile_store store{traits::syncing::always, 16u << 20};
  for (int number = 0; number < 30; ++number)
    value_of(store.try_put("id " + std::to_string(number), std::string(30'000, 'x')));
  CHECK(store.log_bytes() > 30 * 30'000);
  const auto copy = store.reopened_copy();
  CHECK(all_ids(*copy).size() == 30);
  CHECK(value_of(copy->length()) == 30);
}

TEST_CASE("with sync=interval and sync=never a commit is written but not synced, unless it begins a log") {
  const auto sync = GENERATE(traits::syncing::interval, traits::syncing::never);
  fragile_store store{sync};
  for (int i = 0; i < 5; ++i)
    CHECK(store.try_put("id", "data"));
  CHECK(store.count(disk_call::append) == 5);
  CHECK(store.count(disk_call::sync) == 1);
  value_of(store->sync());
  CHECK(store.count(disk_call::sync) == 2);
}

TEST_CASE("a commit that changes nothing does not touch the disk") {
  fragile_store store{traits::syncing::always};
  apply(*store, commit{});
  apply(*store, {erase("nobody"), put("id", record_of(1, ""), version_is(3))});
  CHECK(store.count(disk_call::append) == 0);
  CHECK(store.count(disk_call::sync) == 0);
}

TEST_CASE("on a full disk nothing of a commit is kept, and writes work again once there is room") {
  fragile_store store{GENERATE(traits::syncing::always, traits::syncing::never)};
  const std::string large(2'000'000, 'x'); // more than is reserved at once
  REQUIRE(store.try_put("before", "data"));
  store.error(disk_call::reserve) = ENOSPC;
  for (int i = 0; i < 3; ++i) {
    const auto got = store.try_put("lost", large);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::io_error);
    CHECK_THAT(got.error().message, contains("make room"));
    CHECK_FALSE(store->broken());
    CHECK(read_data(*store, "before") == "data");
    CHECK_FALSE(read(*store, "lost"));
    CHECK(value_of(store->length()) == 1);
    CHECK(value_of(store->client_rows()).size() == 1);
  }
  store.error(disk_call::reserve) = 0;
  REQUIRE(store.try_put("after", large));
  const bool reopened = GENERATE(false, true);
  if (reopened)
    store.reopen();
  CHECK(read_data(*store, "before") == "data");
  CHECK((read_data(*store, "after") == large));
  CHECK_FALSE(read(*store, "lost"));
  CHECK(value_of(store->length()) == 2);
  CHECK(value_of(store->due(at(10), 10)).size() == 2);
  CHECK(value_of(store->client_rows()).size() == 2);
}

TEST_CASE("a disk that is full for the table files stops writes, and loses nothing") {
  fragile_store store{GENERATE(traits::syncing::always, traits::syncing::never)};
  const std::string data(10'000, 'x');
  store.error(disk_call::table) = ENOSPC;
  int kept = 0;
  for (const auto limit = within(std::chrono::seconds{30}); std::chrono::steady_clock::now() < limit; ++kept)
    if (!store.try_put("id" + std::to_string(kept), data))
      break;
  CHECK_FALSE(store->broken());
  CHECK(value_of(store->length()) == static_cast<std::uint64_t>(kept));
  CHECK(read_data(*store, "id0") == data);
  INFO("there is room, so it has to be opened anew");
  CHECK(store.try_put("refused", data).error().code == errc::io_error);
  CHECK(store->broken());
  store.reopen();
  for (int i = 0; i < 50; ++i)
    REQUIRE(store.try_put("more" + std::to_string(i), data));
  CHECK(value_of(store->length()) == static_cast<std::uint64_t>(kept) + 50);
  CHECK(all_ids(*store).size() == static_cast<std::size_t>(kept) + 50);
  CHECK_FALSE(read(*store, "refused"));
}

TEST_CASE("after an append that failed nothing is kept, but the engine is broken") {
  fragile_store store{traits::syncing::always};
  REQUIRE(store.try_put("before", "data"));
  store.error(disk_call::append) = GENERATE(ENOSPC, EIO);
  const auto got = store.try_put("lost", std::string(200'000, 'x'));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::io_error);
  CHECK(store->broken());
  CHECK(store->length().error().code == errc::io_error);
  store.reopen();
  CHECK(read_data(*store, "before") == "data");
  CHECK_FALSE(read(*store, "lost"));
  REQUIRE(store.try_put("after", "data"));
  store.reopen();
  CHECK(value_of(store->length()) == 2);
}

TEST_CASE("a commit that was written and not synced has an unknown outcome, and the engine is broken") {
  fragile_store store{traits::syncing::always};
  REQUIRE(store.try_put("before", "data"));
  store.error(disk_call::sync) = GENERATE(EIO, ENOSPC);
  const auto got = store.try_put("perhaps", "data");
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::outcome_unknown);
  CHECK(store->broken());
  CHECK(store.try_put("later", "data").error().code == errc::io_error);
  store.reopen();
  CHECK(read_data(*store, "before") == "data");
  const bool kept = read(*store, "perhaps").has_value();
  CHECK(value_of(store->length()) == (kept ? 2 : 1));
  CHECK(value_of(store->client_rows()).size() == (kept ? 2 : 1));
  CHECK_FALSE(read(*store, "later"));
}

TEST_CASE("a sync that fails leaves a broken engine") {
  fragile_store store{traits::syncing::interval};
  REQUIRE(store.try_put("id", "data"));
  store.error(disk_call::sync) = EIO;
  CHECK(store->sync().error().code == errc::outcome_unknown);
  CHECK(store->broken());
}

TEST_CASE("a log that could not be synced in the background breaks the engine and not the process") {
  fragile_store store{GENERATE(traits::syncing::interval, traits::syncing::never)};
  const std::string data(10'000, 'x');
  store.background_sync_error() = EIO;
  int kept = 0;
  for (const auto limit = within(std::chrono::seconds{30}); std::chrono::steady_clock::now() < limit; ++kept)
    if (!store.try_put("id" + std::to_string(kept), data))
      break;
  CHECK(store->broken());
  CHECK_FALSE(store->sync());
  CHECK_FALSE(store.try_put("later", data));
  store.reopen();
  CHECK(value_of(store->length()) >= static_cast<std::uint64_t>(kept));
  CHECK(read_data(*store, "id0") == data);
}
