#include <filesystem>

#include <cluster_store/tests/backends/rocksdb/directories.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

/// Sets the mask of the process, and back.
class file_mask {
public:
  explicit file_mask(mode_t mask) : former_{::umask(mask)} {}
  file_mask(const file_mask&) = delete;
  file_mask& operator=(const file_mask&) = delete;
  ~file_mask() { ::umask(former_); }

private:
  mode_t former_;
};

void check_closed(const std::string& path) {
  CHECK(mode_of(path) == 0700);
  for (const auto& each : std::filesystem::directory_iterator{path}) {
    INFO(each.path());
    struct stat found {};
    if (::lstat(each.path().c_str(), &found) == 0) // RocksDB may have deleted it meanwhile
      CHECK((found.st_mode & 07777u) == 0600);
  }
}

/// Opens a store and writes so much that all kinds of files are made and replaced.
void live(const std::string& path) {
  {
    const auto store = value_of(open_rocksdb(small_store(path)));
    check_closed(path);
    fill_store(*store);
  }
  check_closed(path);
}

} // namespace

TEST_CASE("a store is closed to others from its first file to its last, under any umask and user") {
  const auto mask = GENERATE(as<mode_t>{}, 0000, 0022, 0077, 0027, 0777);
  const bool is_root = GENERATE(true, false);
  temporary_directory directory;
  if (!is_root)
    give_to_other_user(directory.path().string());
  const auto path = directory / "a/b/c";
  const auto use = [&] {
    for (int round = 0; round < 3; ++round)
      live(path);
  };
  {
    const file_mask here{mask};
    if (is_root)
      use();
    else
      as_other_user([&] { value_of(open_rocksdb(small_store(path))); });
  }
  CHECK(mode_of(directory / "a") == 0700);
  CHECK(mode_of(directory / "a/b") == 0700);
  check_closed(path);
}

TEST_CASE("an empty directory that others may read or write is closed when it becomes a store") {
  const auto mode = GENERATE(as<mode_t>{}, 0755, 0777, 01777, 02775, 0500 | 0200);
  temporary_directory directory;
  const auto path = directory / "data";
  std::filesystem::create_directory(path);
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  live(path);
  CHECK(mode_of(directory.path().string()) == 0700); // what is above stays as it was
}

TEST_CASE("a store that an older program left open to others is closed, and what else is in it is not") {
  temporary_directory directory;
  const auto path = directory / "data";
  live(path);
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  for (const auto& each : std::filesystem::directory_iterator{path})
    REQUIRE(::chmod(each.path().c_str(), 0644) == 0);
  write_text(path + "/letter.txt", "dear reader");
  REQUIRE(::chmod((path + "/letter.txt").c_str(), 0644) == 0);
  const auto store = value_of(open_rocksdb(small_store(path)));
  CHECK(mode_of(path + "/letter.txt") == 0644);
  std::filesystem::remove(path + "/letter.txt");
  check_closed(path);
}

TEST_CASE("a directory that belongs to somebody else is used as it is, with files for its user alone") {
  if (::geteuid() != 0)
    return; // nobody else can have one
  temporary_directory directory;
  const auto path = directory / "data";
  std::filesystem::create_directory(path);
  REQUIRE(::chmod(directory.path().c_str(), 0711) == 0);
  REQUIRE(::chown(path.c_str(), 0, other_user) == 0);
  REQUIRE(::chmod(path.c_str(), 0770) == 0);
  as_other_user([&] { value_of(open_rocksdb(small_store(path))); });
  CHECK(mode_of(path) == 0770);
  for (const auto& each : std::filesystem::directory_iterator{path})
    CHECK(mode_of(each.path().string()) == 0600);
}
