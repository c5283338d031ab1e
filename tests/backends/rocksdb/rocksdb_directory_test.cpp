#include <cluster_store/backends/rocksdb/rocksdb.hpp>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <rocksdb/db.h>

#include <cluster_store/tests/backends/engines.hpp>

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

error refusal(const std::string& path) {
  const auto got = open_rocksdb(options_for(path));
  REQUIRE_FALSE(got);
  CHECK_THAT(got.error().message, contains(path));
  return got.error();
}

unsigned mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777u;
}

/// What is in a directory, without RocksDB's lock: names and sizes.
std::map<std::string, std::uintmax_t> files_of(const std::string& path) {
  std::map<std::string, std::uintmax_t> made;
  for (const auto& each : std::filesystem::directory_iterator{path})
    if (each.path().filename() != "LOCK")
      made[each.path().filename().string()] = each.is_regular_file() ? each.file_size() : 0;
  return made;
}

void write_file(const std::string& path, std::string_view text) {
  std::ofstream{path} << text;
}

/// Makes or changes a database without our engine.
template <class Use>
void with_plain_database(const std::string& path, const std::vector<std::string>& families, Use use) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  std::vector<rocksdb::ColumnFamilyDescriptor> all;
  for (const auto& family : families)
    all.emplace_back(family, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto done = rocksdb::DB::Open(options, path, all, &handles, &opened);
  REQUIRE(done.ToString() == "OK");
  const std::unique_ptr<rocksdb::DB> db{opened};
  use(*db, handles);
  for (auto* const each : handles)
    db->DestroyColumnFamilyHandle(each);
}

const std::vector<std::string> our_families{"default", "cluster_store.sessions", "cluster_store.expiry",
                                            "cluster_store.clients", "cluster_store.system"};

} // namespace

TEST_CASE("a directory is made with its parents, for its owner only") {
  temporary_directory directory;
  const auto mask = ::umask(0);
  const auto end = GENERATE(as<std::string>{}, "", "/");
  value_of(open_rocksdb(options_for((directory / "a/b/c") + end)));
  ::umask(mask);
  CHECK(mode_of(directory / "a") == 0700);
  CHECK(mode_of(directory / "a/b") == 0700);
  CHECK(mode_of(directory / "a/b/c") == 0700);
}

TEST_CASE("an empty directory that is already there is used") {
  temporary_directory directory;
  const auto store = value_of(open_rocksdb(options_for(directory.path().string())));
  apply(*store, {put("id", record_of(1, "data"))});
  CHECK(read_data(*store, "id") == "data");
}

TEST_CASE("a path that is no directory is refused") {
  temporary_directory directory;
  write_file(directory / "file", "text");
  CHECK(refusal(directory / "file").code == errc::invalid_argument);
  CHECK(refusal(directory / "file/below").code == errc::io_error);
}

TEST_CASE("a directory with other things in it is refused and left as it was") {
  temporary_directory directory;
  write_file(directory / "letter.txt", "dear reader");
  const auto before = files_of(directory.path().string());
  const auto got = refusal(directory.path().string());
  CHECK(got.code == errc::invalid_argument);
  CHECK_THAT(got.message, contains("letter.txt"));
  CHECK(files_of(directory.path().string()) == before);
}

TEST_CASE("the database of another program is refused and left as it was") {
  temporary_directory directory;
  const auto path = directory / "data";
  const bool with_family = GENERATE(false, true);
  auto families = std::vector<std::string>{"default"};
  if (with_family)
    families.push_back("theirs");
  with_plain_database(path, families, [](rocksdb::DB& db, const auto&) { db.Put({}, "key", "value"); });
  const auto before = files_of(path);
  const auto got = refusal(path);
  CHECK(got.code == errc::invalid_argument);
  CHECK_THAT(got.message, contains("another program") && contains("use another directory"));
  CHECK(files_of(path) == before);
}

TEST_CASE("a newer format is unsupported and left as it was") {
  temporary_directory directory;
  const auto path = directory / "data";
  value_of(open_rocksdb(options_for(path)));
  const bool by_mark = GENERATE(false, true);
  auto families = our_families;
  if (!by_mark)
    families.push_back("cluster_store.future");
  with_plain_database(path, families, [&](rocksdb::DB& db, const auto&) {
    if (by_mark)
      db.Put({}, "cluster_store.format", "2");
  });
  const auto before = files_of(path);
  const auto got = refusal(path);
  CHECK(got.code == errc::unsupported);
  CHECK_THAT(got.message, contains("newer program") && contains("format 1"));
  CHECK(files_of(path) == before);
}

TEST_CASE("the families and keys are those of docs/storage.md") {
  temporary_directory directory;
  const auto path = directory / "data";
  const auto content = record_of(1, "data", at(0x0102030405));
  {
    const auto store = value_of(open_rocksdb(options_for(path)));
    commit changes;
    changes.writes = {put("id", content)};
    changes.client_rows = {{client(9), 258, "row"}};
    changes.system_rows = {{"system key", "system value"}};
    apply(*store, changes);
  }
  with_plain_database(path, our_families, [&](rocksdb::DB& db, const auto& handles) {
    const auto value = [&](std::size_t family, const std::string& key) {
      std::string found;
      return db.Get({}, handles[family], key, &found).ok() ? found : std::string{"not there"};
    };
    std::string encoded;
    encode_record(content, encoded);
    CHECK(value(0, "cluster_store.format") == "1");
    CHECK(value(0, "cluster_store.length") == std::string("\0\0\0\0\0\0\0\1", 8));
    CHECK(value(1, "id") == encoded);
    CHECK(value(2, std::string("\x80\0\0\1\2\3\4\5id", 10)) == "");
    CHECK(value(3, std::string(15, '\0') + "\x09" + std::string("\0\0\0\0\0\0\1\2", 8)) == "row");
    CHECK(value(4, "system key") == "system value");
  });
}

TEST_CASE("what a process left behind that died making a store is made into one") {
  temporary_directory directory;
  const auto path = directory / "data";
  const auto families = GENERATE(as<std::size_t>{}, 0, 1, 3, 5);
  if (families == 0) {
    std::filesystem::create_directory(path);
    for (const auto* name : {"LOCK", "IDENTITY", "LOG", "LOG.old.1", "MANIFEST-000001", "000001.dbtmp"})
      write_file(path + "/" + name, "");
  } else {
    with_plain_database(path,
                        {our_families.begin(), our_families.begin() + static_cast<std::ptrdiff_t>(families)},
                        [](rocksdb::DB&, const auto&) {});
  }
  const auto store = value_of(open_rocksdb(options_for(path)));
  apply(*store, {put("id", record_of(1, "data"))});
  CHECK(read_data(*store, "id") == "data");
}

TEST_CASE("a store that is open cannot be opened again by this process") {
  temporary_directory directory;
  auto store = value_of(open_rocksdb(options_for(directory / "data")));
  const auto got = refusal(directory / "data");
  CHECK(got.code == errc::unavailable);
  CHECK_THAT(got.message, contains("in use"));
  apply(*store, {put("id", record_of(1, "still works"))});
  store.reset();
  CHECK(read_data(*value_of(open_rocksdb(options_for(directory / "data"))), "id") == "still works");
}

TEST_CASE("damaged files make a store corrupt, and the message says what to do") {
  temporary_directory directory;
  const auto path = directory / "data";
  value_of(open_rocksdb(options_for(path)));
  const auto damage = GENERATE(as<std::string>{}, "CURRENT", "MANIFEST");
  for (const auto& [name, size] : files_of(path))
    if (name.starts_with(damage))
      write_file(path + "/" + name, "nonsense");
  const auto got = refusal(path);
  CHECK(got.code == errc::corrupt);
  CHECK_THAT(got.message, contains("backup"));
}

TEST_CASE("a corrupt record fails alone, and can be replaced or erased") {
  temporary_directory directory;
  const auto path = directory / "data";
  {
    const auto store = value_of(open_rocksdb(options_for(path)));
    apply(*store, {put("a", record_of(1, "a")), put("b", record_of(2, "b")), put("c", record_of(3, "c"))});
  }
  with_plain_database(path, our_families, [](rocksdb::DB& db, const auto& handles) {
    db.Put({}, handles[1], "a", "nonsense");
    db.Put({}, handles[1], "b", "nonsense");
  });
  const auto store = value_of(open_rocksdb(options_for(path)));
  const std::array<std::string_view, 2> ids{"a", "c"};
  reads got;
  value_of(store->get(ids, got));
  CHECK(got.rows.at(0).error().code == errc::corrupt);
  CHECK(value_of(got.rows.at(1))->data == "c");
  const auto page = value_of(store->scan({}));
  REQUIRE(page.rows.size() == 3);
  CHECK(page.rows.at(0).id == "a");
  CHECK(page.rows.at(0).content.error().code == errc::corrupt);
  CHECK(page.rows.at(2).content->data == "c");
  const auto results =
      apply(*store, {put("a", record_of(4, "x"), version_is(1)), put("a", record_of(5, "x"), absent()),
                     put("a", record_of(6, "new")), erase("b")});
  CHECK(results.at(0).error().code == errc::corrupt);
  CHECK(results.at(1) == write_outcome::precondition_failed);
  CHECK(results.at(2) == write_outcome::applied);
  CHECK(results.at(3) == write_outcome::applied);
  CHECK(read_data(*store, "a") == "new");
  CHECK(value_of(store->length()) == 2);
  CHECK_FALSE(store->broken());
}

TEST_CASE("every compression this RocksDB has can be used, and changed later") {
  temporary_directory directory;
  using kind = rocksdb_options::compression_kind;
  int count = 0;
  for (const auto compression : {kind::none, kind::lz4, kind::zstd, kind::snappy}) {
    auto options = options_for(directory / "data");
    options.compression = compression;
    const auto store = value_of(open_rocksdb(options));
    const auto id = std::to_string(++count);
    apply(*store, {put(id, record_of(1, id))});
    CHECK(value_of(store->length()) == static_cast<std::uint64_t>(count));
    CHECK(read_data(*store, "1") == "1");
  }
}
