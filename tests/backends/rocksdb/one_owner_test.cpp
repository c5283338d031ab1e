#include <cluster_store/backends/rocksdb/rocksdb.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>

#include <cluster_store/tests/backends/engines.hpp>
#include <cluster_store/tests/backends/rocksdb/writer_process.hpp>
#include <cluster_store/tests/support/waiting_child.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

rocksdb_options options_for(const std::string& path) {
  rocksdb_options made;
  made.path = path;
  made.sync = traits::syncing::never;
  made.cache_bytes = 1u << 20;
  return made;
}

void check_in_use(const std::string& path, long holder) {
  const auto got = open_rocksdb(options_for(path));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::unavailable);
  CHECK_THAT(got.error().message,
             contains(path) && contains("in use") && contains("pid " + std::to_string(holder) + ")"));
}

/// @returns whether another process can open the store.
bool others_can_open(const std::string& path) {
  const writer_process writer{{"write", path, "never", "1000"}};
  return writer.next().has_value();
}

/// Takes the lock of RocksDB's own, as masters did that knew no other.
bool lock_as_older_masters(const std::string& path) {
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  return ::fcntl(::open((path + "/LOCK").c_str(), O_RDWR | O_CREAT, 0600), F_SETLK, &wanted) == 0;
}

/// Ways to write the path of the directory `data` in `parent`, where the links `link` to it and `up` to
/// `parent` are.
std::vector<std::string> spellings(const std::string& parent) {
  return {parent + "/data",         parent + "/data/",
          parent + "//data",        parent + "/./data",
          parent + "/data/../data", parent + "/link",
          parent + "/link/../data", parent + "/up/data",
          parent + "/up/up/link/.", std::filesystem::relative(parent + "/data").string()};
}

struct named_directory {
  named_directory() {
    std::filesystem::create_symlink("data", directory / "link");
    std::filesystem::create_symlink(".", directory / "up");
  }

  temporary_directory directory;
  std::string parent = directory.path().string();
};

} // namespace

TEST_CASE("one directory has one owner in a process, however its path is written") {
  const named_directory here;
  std::filesystem::create_directory(here.directory / "data");
  for (const auto& first : spellings(here.parent)) {
    INFO(first);
    const auto store = value_of(open_rocksdb(options_for(first)));
    apply(*store, {put(first, record_of(1, "data"))});
    for (const auto& second : spellings(here.parent))
      check_in_use(second, ::getpid());
    CHECK(read_data(*store, first) == "data");
  }
  CHECK(all_ids(*value_of(open_rocksdb(options_for(here.directory / "link")))).size()
        == spellings(here.parent).size());
}

TEST_CASE("a directory that is not there yet is the same one by every path to it") {
  const named_directory here;
  const auto first = value_of(open_rocksdb(options_for(here.directory / "up/new/below")));
  check_in_use(here.directory / "new/below", ::getpid());
  check_in_use(here.directory / "new/../up/new/below/", ::getpid());
  CHECK(std::filesystem::is_directory(here.directory / "new/below"));
}

TEST_CASE("of threads that make one directory by several paths at once exactly one gets it") {
  for (int round = 0; round < 10; ++round) {
    const named_directory here;
    const std::array paths{here.directory / "a/b", here.directory / "up/a/b", here.directory / "a/../a/b/",
                           here.directory / "up/up/a/./b"};
    std::array<result<std::unique_ptr<backend>>, 4> got;
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < paths.size(); ++i)
        threads.emplace_back([&, i] { got[i] = open_rocksdb(options_for(paths[i])); });
    }
    std::size_t owners = 0;
    for (const auto& each : got) {
      owners += each ? 1 : 0;
      if (!each)
        CHECK(each.error().code == errc::unavailable);
    }
    CHECK(owners == 1);
  }
}

TEST_CASE("a directory that another process has is unavailable by every path, and its owner is named") {
  const named_directory here;
  std::filesystem::create_directory(here.directory / "data");
  const writer_process writer{{"write", here.directory / "data", "never", "1"}};
  REQUIRE(writer.next());
  for (const auto& path : spellings(here.parent))
    check_in_use(path, writer.id());
}

TEST_CASE("neither a refused open nor one that fails gives up the lock of the store that is open") {
  const named_directory here;
  const auto path = here.directory / "data";
  const auto store = value_of(open_rocksdb(options_for(path)));
  for (int tries = 0; tries < 3; ++tries) {
    check_in_use(here.directory / "link", ::getpid());
    auto bad = options_for(path);
    bad.path = here.directory / "data/CURRENT";
    CHECK_FALSE(open_rocksdb(bad));
    CHECK_FALSE(others_can_open(path));
    const waiting_child older{[&] { return lock_as_older_masters(path); }};
    CHECK_FALSE(older.done());
  }
  apply(*store, {put("id", record_of(1, "data"))});
  CHECK(read_data(*store, "id") == "data");
}

TEST_CASE("the end of one store does not give up another one's directory") {
  const named_directory here;
  const auto first = value_of(open_rocksdb(options_for(here.directory / "first")));
  value_of(open_rocksdb(options_for(here.directory / "second")));
  CHECK_FALSE(others_can_open(here.directory / "first"));
  CHECK(others_can_open(here.directory / "second"));
}

TEST_CASE("files that somebody deletes in it do not free a directory") {
  const named_directory here;
  const auto path = here.directory / "data";
  const auto store = value_of(open_rocksdb(options_for(path)));
  std::filesystem::remove(path + "/LOCK");
  std::filesystem::remove(path + "/CLUSTER_STORE.pid");
  const auto got = open_rocksdb(options_for(here.directory / "link"));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::unavailable);
  CHECK_FALSE(others_can_open(path));
}

TEST_CASE("a directory is free when its store is closed, although a forked child lives on") {
  const named_directory here;
  const auto path = here.directory / "data";
  auto store = value_of(open_rocksdb(options_for(path)));
  const waiting_child child;
  CHECK_FALSE(others_can_open(path));
  store.reset();
  CHECK(others_can_open(path));
  CHECK(open_rocksdb(options_for(path)));
}

TEST_CASE("a store that an older master has open is unavailable, and that one is named") {
  const named_directory here;
  const auto path = here.directory / "data";
  value_of(open_rocksdb(options_for(path)));
  {
    const waiting_child older{[&] { return lock_as_older_masters(path); }};
    REQUIRE(older.done());
    check_in_use(here.directory / "link", older.id());
  }
  CHECK(open_rocksdb(options_for(path)));
}

TEST_CASE("the owner that is named is alive, or none is") {
  const named_directory here;
  const auto path = here.directory / "data";
  {
    writer_process killed{{"write", path, "never", "1"}};
    REQUIRE(killed.next());
    CHECK(std::filesystem::exists(path + "/CLUSTER_STORE.pid"));
    killed.kill();
    REQUIRE(killed.reap());
  }
  const auto store = value_of(open_rocksdb(options_for(path)));
  check_in_use(path, ::getpid());
}

TEST_CASE("a LOCK that is no file is called that, and stays") {
  const named_directory here;
  const auto path = here.directory / "data";
  const bool has_store = GENERATE(false, true);
  if (has_store)
    value_of(open_rocksdb(options_for(path)));
  std::filesystem::create_directories(path);
  std::filesystem::remove(path + "/LOCK");
  const auto kind = GENERATE(as<std::string>{}, "directory", "symbolic link", "no file");
  if (kind == "directory")
    std::filesystem::create_directory(path + "/LOCK");
  else if (kind == "symbolic link")
    std::filesystem::create_symlink("elsewhere", path + "/LOCK");
  else
    REQUIRE(::mkfifo((path + "/LOCK").c_str(), 0600) == 0);
  const auto got = open_rocksdb(options_for(path));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::io_error);
  CHECK_THAT(got.error().message, contains(path + "/LOCK") && contains(kind) && !contains("in use"));
  CHECK_FALSE(std::filesystem::exists(path + "/elsewhere"));
  CHECK(std::filesystem::symlink_status(path + "/LOCK").type() != std::filesystem::file_type::not_found);
}
