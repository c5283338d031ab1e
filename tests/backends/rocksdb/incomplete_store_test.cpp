#include <filesystem>

#include <rocksdb/db.h>

#include <cluster_store/tests/backends/rocksdb/directories.hpp>
#include <cluster_store/tests/backends/rocksdb/writer_process.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

constexpr std::size_t sessions = 40;

void make_store(const std::string& path) {
  REQUIRE(fill_store(*value_of(open_rocksdb(small_store(path)))) == sessions);
}

std::size_t count_in(const std::string& path) {
  return all_ids(*value_of(open_rocksdb(small_store(path)))).size();
}

std::vector<std::string> files_of(const std::string& path) {
  std::vector<std::string> made;
  for (const auto& each : std::filesystem::directory_iterator{path})
    made.push_back(each.path().filename().string());
  return made;
}

/// @returns whether a store has to have the file.
bool is_part(const std::string& name) {
  return name == "CURRENT" || name.starts_with("MANIFEST-") || name.ends_with(".log")
         || name.ends_with(".sst");
}

/// It is called damaged however often it is tried, and nothing in it changes.
void check_damaged(const std::string& path, const std::string& named) {
  const auto before = picture_of(path);
  for (int tries = 0; tries < 3; ++tries) {
    const auto got = open_rocksdb(small_store(path));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::corrupt);
    CHECK_THAT(got.error().message, contains(path) && contains(named) && contains("backup"));
    CHECK(picture_of(path) == before);
  }
}

/// Opens and closes it as a program does that keeps no inventory.
void use_older_program(const std::string& path) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto* name : {"default", "cluster_store.sessions", "cluster_store.expiry",
                           "cluster_store.clients", "cluster_store.system"})
    families.emplace_back(name, rocksdb::ColumnFamilyOptions{});
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open({}, path, families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db{opened};
  REQUIRE(db->Flush({}, handles).ok());
  for (auto* const each : handles)
    REQUIRE(db->DestroyColumnFamilyHandle(each).ok());
}

} // namespace

TEST_CASE("each part of a store that is missing is said, and nothing is made anew over the rest") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  std::size_t logs = 0;
  std::size_t tables = 0;
  for (const auto& name : files_of(path)) {
    if (!is_part(name))
      continue;
    INFO(name);
    logs += name.ends_with(".log") ? 1 : 0;
    tables += name.ends_with(".sst") ? 1 : 0;
    std::filesystem::rename(path + "/" + name, directory / name);
    check_damaged(path, name);
    std::filesystem::rename(directory / name, path + "/" + name);
  }
  CHECK(logs != 0);
  CHECK(tables > 1);
  CHECK(count_in(path) == sessions);
}

TEST_CASE("what a store does not need may be missing") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  for (const auto& name : files_of(path))
    if (!is_part(name) && name != "CLUSTER_STORE")
      std::filesystem::remove(path + "/" + name);
  CHECK(count_in(path) == sessions);
}

TEST_CASE("a store whose logs somebody deleted is damaged, also if its process was killed or wrote little") {
  temporary_directory directory;
  const auto path = directory / "data";
  const auto sync = GENERATE(as<std::string>{}, "always", "interval", "never");
  {
    const writer_process writer{{"write", path, sync, "1"}};
    REQUIRE(writer.next());
  }
  std::string first;
  for (const auto& name : files_of(path))
    if (name.ends_with(".log")) {
      first = name;
      std::filesystem::remove(path + "/" + name);
    }
  check_damaged(path, first);
}

TEST_CASE("a store of which nothing is left but that it was one is damaged, and not new") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  for (const auto& name : files_of(path))
    if (name != "CLUSTER_STORE")
      std::filesystem::remove(path + "/" + name);
  check_damaged(path, ".log");
}

TEST_CASE("a store that is cut short is damaged") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  std::size_t logs = 0;
  for (const auto& name : files_of(path)) {
    const auto bytes = std::filesystem::file_size(path + "/" + name);
    if (!is_part(name) || name == "CURRENT" || bytes == 0)
      continue;
    INFO(name);
    logs += name.ends_with(".log") ? 1 : 0;
    std::filesystem::copy_file(path + "/" + name, directory / name);
    for (const auto left : {bytes - 1, bytes / 2, std::uintmax_t{0}}) {
      std::filesystem::resize_file(path + "/" + name, left);
      check_damaged(path, name);
    }
    std::filesystem::copy_file(directory / name, path + "/" + name,
                               std::filesystem::copy_options::overwrite_existing);
  }
  CHECK(logs != 0);
  CHECK(count_in(path) == sessions);
}

TEST_CASE("a store of an older program, which has no inventory, is opened and gets one") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  std::filesystem::remove(path + "/CLUSTER_STORE");
  CHECK(count_in(path) == sessions);
  CHECK(std::filesystem::exists(path + "/CLUSTER_STORE"));
  for (const auto& name : files_of(path))
    if (name.ends_with(".log"))
      std::filesystem::remove(path + "/" + name);
  check_damaged(path, ".log");
}

TEST_CASE("a store of an older program has to have its CURRENT, manifest and tables") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  std::filesystem::remove(path + "/CLUSTER_STORE");
  for (const auto& name : files_of(path)) {
    if (!is_part(name) || name.ends_with(".log"))
      continue;
    std::filesystem::rename(path + "/" + name, directory / name);
    check_damaged(path, name);
    std::filesystem::rename(directory / name, path + "/" + name);
  }
  CHECK(count_in(path) == sessions);
}

TEST_CASE("an older program may open a store between two of ours, and its inventory counts no more") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  for (int round = 0; round < 3; ++round) {
    use_older_program(path);
    CHECK(count_in(path) == sessions);
  }
}

TEST_CASE("an inventory that is damaged at its end is read to there, and one that is none is refused") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  const auto inventory = path + "/CLUSTER_STORE";
  const auto text = text_of(inventory);
  write_text(inventory, text + "must 999999.log 0000000000000000\nmust 99");
  CHECK(count_in(path) == sessions);
  write_text(inventory, "cluster-store 2: the future\n");
  const auto before = picture_of(path);
  const auto got = open_rocksdb(small_store(path));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::unsupported);
  CHECK(picture_of(path) == before);
}

TEST_CASE("the inventory of a store stays short, however much is written") {
  temporary_directory directory;
  const auto path = directory / "data";
  const auto store = value_of(open_rocksdb(small_store(path)));
  std::uintmax_t bytes_most = 0;
  for (int round = 0; round < 30; ++round) {
    fill_store(*store);
    bytes_most = std::max(bytes_most, std::filesystem::file_size(path + "/CLUSTER_STORE"));
  }
  CHECK(bytes_most < 8u << 10);
}
