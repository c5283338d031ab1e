#include <cluster_store/backends/rocksdb/rocksdb.hpp>

#include <random>

#include <cluster_store/tests/backends/engines.hpp>
#include <cluster_store/tests/backends/rocksdb/writer_process.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

std::unique_ptr<backend> open(const std::string& path) {
  rocksdb_options options;
  options.path = path;
  options.cache_bytes = 1u << 20;
  return value_of(open_rocksdb(options));
}

/// Reads all that a writer tells, killing it after `count` commits. @returns the last number it told; it was
/// killed.
std::uint64_t last_of(writer_process& writer, std::uint64_t first,
                      std::uint64_t count = UINT64_MAX - 1'000'000) {
  std::uint64_t last = first - 1;
  while (const auto number = writer.next()) {
    last = *number;
    if (last == first + count)
      writer.kill();
  }
  REQUIRE(writer.reap());
  return last;
}

/// The store of a dead writer that told of commit `told` last has all of that commit and perhaps of the next.
/// @returns the number of the next commit.
std::uint64_t check_survivor(const std::string& path, std::uint64_t told) {
  const auto store = open(path);
  const auto last = read(*store, "last");
  if (told == 0 && !last)
    return 1;
  REQUIRE(last);
  const auto kept = last->fields.version;
  CHECK(kept >= told);
  CHECK(kept <= told + 1); // one more may have been committed before it could be told
  const auto text = std::to_string(kept);
  CHECK(last->data == text + std::string(kept % 5'000, '.'));
  CHECK(read_data(*store, "session " + std::to_string(kept % 50)) == text);
  CHECK(value_of(store->system_rows("last", {}, 1)) == std::vector<system_row>{{"last", text}});
  CHECK(value_of(store->client_rows()) == std::vector<client_row>{{client_id{}, kept, text}});
  CHECK(value_of(store->length()) == all_ids(*store).size());
  return kept + 1;
}

} // namespace

TEST_CASE("a killed process loses nothing acknowledged and tears no commit, in every sync mode") {
  const auto sync = GENERATE(as<std::string>{}, "always", "interval", "never");
  const auto seed = GENERATE(take(1, random(1u, 1'000'000'000u)));
  CAPTURE(sync, seed);
  std::mt19937 random_number{seed};
  temporary_directory directory;
  std::uint64_t first = 1;
  for (int round = 0; round < 4; ++round) {
    writer_process writer{{"write", directory / "data", sync, std::to_string(first)}};
    first = check_survivor(directory / "data", last_of(writer, first, 50 + random_number() % 300));
  }
}

TEST_CASE(
    "a process that is killed between the parts of a commit loses nothing acknowledged and tears nothing") {
  const auto call = GENERATE(as<std::string>{}, "reserve", "append", "sync", "table");
  const auto seed = GENERATE(take(1, random(1u, 1'000'000'000u)));
  CAPTURE(call, seed);
  std::mt19937 random_number{seed};
  temporary_directory directory;
  std::uint64_t first = 1;
  for (int round = 0; round < 4; ++round) {
    const auto number = call == "reserve" ? 1 : 1 + random_number() % (call == "table" ? 20 : 200);
    writer_process writer{
        {"die", directory / "data", "always", std::to_string(first), call, std::to_string(number)}};
    first = check_survivor(directory / "data", last_of(writer, first));
  }
}

TEST_CASE("a process that is killed after its disk was full and had room again has lost nothing") {
  temporary_directory directory;
  const auto sync = GENERATE(as<std::string>{}, "always", "never");
  {
    writer_process writer{{"full", directory / "data", sync}};
    CHECK_FALSE(writer.next());
    REQUIRE(writer.reap());
  }
  const auto store = open(directory / "data");
  CHECK(all_ids(*store) == std::vector<std::string>{"after 0", "after 1", "after 2", "before"});
  CHECK(value_of(store->length()) == 4);
}

TEST_CASE("a store that another process has open is unavailable until that process is dead") {
  temporary_directory directory;
  writer_process writer{{"write", directory / "data", "never", "1"}};
  REQUIRE(writer.next());
  rocksdb_options options;
  options.path = directory / "data";
  const auto got = open_rocksdb(options);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::unavailable);
  CHECK_THAT(got.error().message, contains(directory / "data") && contains("in use by another process"));
  writer.kill();
  REQUIRE(writer.reap());
  CHECK(value_of(open_rocksdb(options))->length());
}
