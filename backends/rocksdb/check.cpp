#include <cluster_store/backends/rocksdb/check.hpp>

#include <algorithm>
#include <memory>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cluster_store/backends/rocksdb/directory/content.hpp>
#include <cluster_store/backends/rocksdb/settings.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

constexpr std::string_view family_prefix = "cluster_store.";

tl::unexpected<error> refuse(const std::string& path, std::string_view why) {
  return fail(errc::invalid_argument, "rocksdb:" + path + " " + std::string{why});
}

tl::unexpected<error> newer(const std::string& path, std::string_view found) {
  return fail(errc::unsupported, "rocksdb:" + path + " was written by a newer program (" + std::string{found}
                                     + "; this one reads format " + std::string{format_number}
                                     + "): use that program, or export there and import here");
}

/// A database that is read.
struct reading {
  ~reading() {
    for (auto* const each : families)
      db->DestroyColumnFamilyHandle(each).PermitUncheckedError();
  }

  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
};

bool is_log(const std::string& name) {
  return rocksdb_file_named(name) == rocksdb_file::log;
}

Status open_for_reading(const database& where, const std::vector<std::string>& families, reading& opened) {
  rocksdb::DBOptions options;
  options.env = where.disk.env();
  options.paranoid_checks = true;
  options.max_file_opening_threads = 1; // as for opening it
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& each : families)
    descriptors.emplace_back(each, rocksdb::ColumnFamilyOptions{});
  rocksdb::DB* db = nullptr;
  auto done = rocksdb::DB::OpenForReadOnly(options, where.place, descriptors, &opened.families, &db);
  opened.db.reset(db);
  return done;
}

result<void> check_families(const database& where, const std::vector<std::string>& families) {
  for (const auto& name : families) {
    if (std::find(family_names.begin(), family_names.end(), name) != family_names.end())
      continue;
    if (name.starts_with(family_prefix))
      return newer(where.path, "it has the column family " + name);
    return refuse(where.path, "is the database of another program (it has the column family '" + name
                                  + "'): use another directory");
  }
  return {};
}

/// @param was_begun whether one of our programs made the directory, or what RocksDB makes first is there.
result<void> check_mark(const database& where, bool was_begun, bool has_log) {
  reading opened;
  if (const auto done = open_for_reading(where, {family_names.front()}, opened); !done.ok())
    return rocksdb_failed("reading the format mark", where.path, done);
  std::string mark;
  const auto done = opened.db->Get({}, format_key, &mark);
  if (done.ok() && mark != format_number)
    return newer(where.path, "its format mark is '" + mark + "'");
  if (done.ok()) // RocksDB never removes its current log, and the mark was written to one
    return has_log ? result<void>{} : damaged(where.path, "its logs, with the newest commits, are missing");
  if (!done.IsNotFound())
    return rocksdb_failed("reading the format mark", where.path, done);
  // Without a mark it must be one that a process died making: then nothing is in it.
  const std::unique_ptr<rocksdb::Iterator> rows{opened.db->NewIterator({})};
  rows->SeekToFirst();
  if (rows->Valid() || !was_begun)
    return refuse(where.path,
                  "is the database of another program (it has no format mark of a store): use another "
                  "directory");
  if (!rows->status().ok())
    return rocksdb_failed("looking for the format mark", where.path, rows->status());
  return {};
}

/// RocksDB compares what is there with its manifest; it need not read the logs for that.
result<void> check_tables(database& where, const found_files& found,
                          const std::vector<std::string>& families) {
  auto without_logs = found.files;
  std::erase_if(without_logs, is_log);
  where.disk.show(without_logs);
  reading opened;
  const auto done = open_for_reading(where, families, opened);
  where.disk.show(found.files);
  return done.ok() ? result<void>{} : rocksdb_failed("looking for its tables", where.path, done);
}

} // namespace

result<void> check_database(database& where, const found_files& found) {
  rocksdb::DBOptions options;
  options.env = where.disk.env();
  std::vector<std::string> families;
  if (const auto done = rocksdb::DB::ListColumnFamilies(options, where.place, &families); !done.ok())
    return rocksdb_failed("listing the column families", where.path, done);
  const bool has_identity = std::ranges::count(found.files, "IDENTITY") != 0;
  const bool has_log = std::ranges::any_of(found.files, is_log);
  return check_families(where, families)
      .and_then([&] { return check_mark(where, found.has_inventory || has_identity, has_log); })
      .and_then([&] { return check_tables(where, found, families); });
}

} // namespace cluster_store::backends
