#include <array>
#include <filesystem>

#include <sys/socket.h>
#include <sys/un.h>

#include <cluster_store/tests/backends/rocksdb/directories.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

struct stranger {
  std::string name;
  std::string text;
};

/// Names that RocksDB gives, with the contents of others.
const std::vector<stranger> with_rocksdb_names{
    {"20240101.log", "2024-01-01 started\n"},
    {"000001.log", "hello world, this is a log\n"},
    {"000007.log", "abc"},
    {"000001.sst", "statistics\n"},
    {"000001.dbtmp", "temporary\n"},
    {"OPTIONS-000005", "--verbose\n"},
    {"OPTIONS-000999.dbtmp", "--verbose\n"},
    {"MANIFEST-000001", "first of all, a manifest\n"},
    {"MANIFEST-000999", "what we want\n"},
    {"LOG.old.1", "an old log\n"},
};

/// Names that stand once in a directory.
const std::vector<stranger> with_single_names{
    {"CURRENT", "events\n"},
    {"IDENTITY", "who am I\n"},
    {"LOCK", "4711\n"},
    {"LOG", "a log\n"},
    {"CLUSTER_STORE", "another cluster's\n"},
    {"CLUSTER_STORE.new", "another cluster's\n"},
    {"CLUSTER_STORE.pid", "none\n"},
};

/// Names that RocksDB does not give, though it takes some of them for its own.
const std::vector<stranger> with_other_names{
    {"1.log", "hello\n"},
    {"0000001.log", "hello\n"},
    {"LOGbook", "hello\n"},
    {"LOG.old.x", "hello\n"},
    {"5.sst", "hello\n"},
    {"000005.ldb", "hello\n"},
    {"000005.blob", "hello\n"},
    {"METADB-000001", "hello\n"},
    {"MANIFEST-1", "hello\n"},
    {"letter \x01\xff\n.txt", "dear reader"},
    {".hidden", ""},
};

template <class... Lists>
std::vector<stranger> joined(const Lists&... lists) {
  std::vector<stranger> made;
  (made.insert(made.end(), lists.begin(), lists.end()), ...);
  return made;
}

error refusal(const std::string& path) {
  const auto got = open_rocksdb(small_store(path));
  REQUIRE_FALSE(got);
  CHECK_THAT(got.error().message, contains(path));
  return got.error();
}

/// It is refused with this code however often it is tried, and nothing in it changes.
void check_left_alone(const std::string& path, errc code, const std::string& named) {
  const auto before = picture_of(path);
  for (int tries = 0; tries < 3; ++tries) {
    const auto got = refusal(path);
    CHECK(got.code == code);
    CHECK_THAT(got.message, contains(named));
    CHECK(picture_of(path) == before);
  }
}

/// A store with tables and logs, closed.
void make_store(const std::string& path) {
  fill_store(*value_of(open_rocksdb(small_store(path))));
}

void check_whole(const std::string& path) {
  CHECK(all_ids(*value_of(open_rocksdb(small_store(path)))).size() == 40);
}

/// A store as programs left it that had no inventory.
void make_old_store(const std::string& path) {
  make_store(path);
  std::filesystem::remove(path + "/CLUSTER_STORE");
}

void make_odd(const std::string& kind, const std::string& path) {
  if (kind == "directory")
    std::filesystem::create_directory(path);
  else if (kind == "symbolic link")
    std::filesystem::create_symlink("nowhere", path);
  else
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
}

} // namespace

TEST_CASE(
    "a directory with a file of somebody else is refused and left as it was, whatever the file's name") {
  temporary_directory directory;
  const auto path = directory.path().string();
  for (const auto& each : joined(with_rocksdb_names, with_single_names, with_other_names)) {
    INFO(each.name);
    write_text(directory / each.name, each.text);
    check_left_alone(path, errc::invalid_argument, each.name.starts_with("letter") ? "letter" : each.name);
    write_text(directory / "000003.log", "came later\n");
    check_left_alone(path, errc::invalid_argument, "other things in it");
    std::filesystem::remove(directory / "000003.log");
    std::filesystem::remove(directory / each.name);
  }
  make_store(path);
}

TEST_CASE("a directory with something that is no file is refused and left as it was, whatever its name") {
  temporary_directory directory;
  const auto path = directory.path().string();
  const auto kind = GENERATE(as<std::string>{}, "directory", "symbolic link", "no file");
  for (const auto& each : joined(with_rocksdb_names, with_single_names, with_other_names)) {
    if (each.name == "LOCK")
      continue;
    INFO(each.name);
    make_odd(kind, directory / each.name);
    check_left_alone(path, errc::invalid_argument, kind);
    std::filesystem::remove(directory / each.name);
  }
}

TEST_CASE("bytes that a terminal would obey do not get into the message about a file") {
  temporary_directory directory;
  write_text(directory / "a\x1b[2J\n\xff", "");
  const auto message = refusal(directory.path().string()).message;
  CHECK_THAT(message, contains("a\\x1b[2J\\x0a\\xff"));
}

TEST_CASE("a file of somebody else in a store under a name of the store's is refused, and nothing changes") {
  temporary_directory directory;
  const auto path = directory / "data";
  if (GENERATE(false, true))
    make_store(path);
  else
    make_old_store(path);
  for (const auto& each : with_rocksdb_names) {
    INFO(each.name);
    write_text(path + "/" + each.name, each.text);
    check_left_alone(path, errc::invalid_argument, each.name);
    std::filesystem::remove(path + "/" + each.name);
    for (const auto* kind : {"directory", "symbolic link", "no file"}) {
      make_odd(kind, path + "/" + each.name);
      check_left_alone(path, errc::invalid_argument, each.name);
      std::filesystem::remove(path + "/" + each.name);
    }
  }
  check_whole(path);
}

TEST_CASE("an empty file in a store under a name of its logs, tables or manifests is refused, and stays") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  for (const auto* name : {"20240101.log", "000001.log", "999999.sst", "MANIFEST-000001"}) {
    INFO(name);
    write_text(path + "/" + name, "");
    check_left_alone(path, errc::invalid_argument, name);
    std::filesystem::remove(path + "/" + name);
  }
  check_whole(path);
}

TEST_CASE("a file of somebody else in a store under another name stays as it was, and the store works") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  std::filesystem::create_directory(path + "/lost+found");
  for (const auto& each : with_other_names)
    write_text(path + "/" + each.name, each.text);
  const auto before = picture_of(path);
  for (int round = 0; round < 3; ++round)
    make_store(path);
  const auto after = picture_of(path);
  for (const auto& each : with_other_names)
    CHECK(after.at(each.name) == before.at(each.name));
  CHECK(after.at("lost+found") == before.at("lost+found"));
  check_whole(path);
}

TEST_CASE("a file that comes while the store is open is neither read nor changed nor deleted") {
  temporary_directory directory;
  const auto path = directory / "data";
  {
    const auto store = value_of(open_rocksdb(small_store(path)));
    for (const auto& each : with_rocksdb_names)
      if (!std::filesystem::exists(path + "/" + each.name))
        write_text(path + "/" + each.name, each.text);
    fill_store(*store);
  }
  const auto after = picture_of(path);
  for (const auto& each : with_rocksdb_names)
    if (after.contains(each.name) && std::get<4>(after.at(each.name)) == each.text)
      std::filesystem::remove(path + "/" + each.name);
    else
      CHECK(each.name == "MANIFEST-000001"); // ours was there
  check_whole(path);
}

TEST_CASE("the log of another store is not taken for one of this") {
  temporary_directory directory;
  make_store(directory / "theirs");
  make_store(directory / "ours");
  const auto log = directory / "ours/000999.log";
  for (const auto& each : std::filesystem::directory_iterator{directory / "theirs"})
    if (each.path().extension() == ".log" && each.file_size() != 0)
      std::filesystem::copy_file(each.path(), log, std::filesystem::copy_options::overwrite_existing);
  REQUIRE(std::filesystem::exists(log));
  check_left_alone(directory / "ours", errc::invalid_argument, "000999.log");
}

TEST_CASE("a directory that this user may not read or write is refused with the cause, and nothing changes") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  give_to_other_user(directory.path().string());
  const auto mode = GENERATE(as<mode_t>{}, 0000, 0100, 0400, 0500);
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  struct stat before {};
  struct stat after {};
  REQUIRE(::stat(path.c_str(), &before) == 0);
  as_other_user([&] {
    const auto got = refusal(path);
    CHECK(got.code == errc::io_error);
    CHECK_THAT(got.message, contains("Permission denied") && contains("give this user the right"));
  });
  REQUIRE(::stat(path.c_str(), &after) == 0);
  CHECK(before.st_mode == after.st_mode);
  CHECK(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
  REQUIRE(::chmod(path.c_str(), 0700) == 0);
  as_other_user([&] { check_whole(path); });
}

TEST_CASE("a file of the store that this user may not read or lock is named, and nothing changes") {
  temporary_directory directory;
  const auto path = directory / "data";
  make_store(path);
  give_to_other_user(directory.path().string());
  for (const auto& each : std::filesystem::directory_iterator{path}) {
    const auto name = each.path().filename().string();
    if (name.starts_with("LOG") || name.starts_with("OPTIONS") || name == "IDENTITY")
      continue; // not needed
    INFO(name);
    REQUIRE(::chmod(each.path().c_str(), 0000) == 0);
    const auto before = picture_of(path);
    as_other_user([&] {
      const auto got = refusal(path);
      CHECK(got.code == errc::io_error);
      CHECK_THAT(got.message, contains(name) && contains("Permission denied"));
    });
    CHECK(picture_of(path) == before);
    REQUIRE(::chmod(each.path().c_str(), 0600) == 0);
  }
  as_other_user([&] { check_whole(path); });
}
