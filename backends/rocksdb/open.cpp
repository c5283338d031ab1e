#include <cluster_store/backends/rocksdb/database.hpp>

#include <algorithm>
#include <memory>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cluster_store/backends/rocksdb/directory/content.hpp>
#include <cluster_store/backends/rocksdb/directory/look.hpp>
#include <cluster_store/backends/rocksdb/settings.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

/// What the row `format_key` holds.
constexpr std::string_view format_number = "1";

// --- checking what is there -------------------------------------------------------------------------------

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

/// Reads whether the database in the directory of `where` is a store of ours, all of which is there. Writes
/// nothing.
/// @errors `invalid_argument` for the database of another program; `unsupported` for a newer format;
///   `corrupt` for what is damaged or missing; `io_error`.
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

// --- opening it -------------------------------------------------------------------------------------------

result<void> write_mark(const database& opened) {
  std::string mark;
  if (opened.db->Get({}, opened[family::meta], format_key, &mark).ok())
    return {};
  rocksdb::WriteOptions synced;
  synced.sync = true;
  auto done = opened.db->Put(synced, opened[family::meta], format_key, format_number);
  if (done.ok())
    done = opened.db->Flush({}, opened[family::meta]);
  if (!done.ok())
    return rocksdb_failed("writing the format mark", opened.path, done);
  return {};
}

/// Before this nothing of the directory was changed.
result<void> accept(database& made, const found_files& found) {
  auto good = made.directory->accept(found.files);
  if (!found.has_database)
    for (const auto& each : made.directory->parents())
      if (good)
        good = made.disk.sync_directory(each);
  return good ? made.disk.begin(made.place) : good;
}

result<void> open_accepted(database& made, const rocksdb::DBOptions& settings,
                           const std::vector<rocksdb::ColumnFamilyDescriptor>& families) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (const auto done = rocksdb::DB::Open(settings, made.place, families, &handles, &made.db); !done.ok()) {
    // An older master may have come in between.
    const auto holder = made.directory->record_lock_holder(std::string{lock_name});
    return holder && *holder != 0 ? directory_in_use(made.path, *holder)
                                  : rocksdb_failed("opening it", made.path, done);
  }
  std::copy(handles.begin(), handles.end(), made.families.begin());
  return write_mark(made);
}

} // namespace

database::~database() {
  if (db == nullptr)
    return;
  for (auto* const each : families)
    db->DestroyColumnFamilyHandle(each).PermitUncheckedError();
  const bool is_synced = disk.sync_log().has_value();
  db->Close().PermitUncheckedError();
  delete db;
  disk.end(is_synced);
}

tl::unexpected<error> rocksdb_failed(std::string_view what, const std::string& path, const Status& problem) {
  if (problem.IsCorruption() || problem.IsPathNotFound())
    return fail(errc::corrupt, "rocksdb:" + path + " is damaged; " + std::string{what} + " gave '"
                                   + problem.ToString() + "': restore the directory from a backup");
  return fail(errc::io_error,
              "rocksdb:" + path + ": " + std::string{what} + " failed: " + problem.ToString()
                  + (problem.IsNoSpace() ? ": " + room_hint(problem) + ", nothing is lost" : ""));
}

result<std::unique_ptr<database>> open_database(const rocksdb_options& options) {
  if (options.path.empty())
    return fail(errc::invalid_argument,
                "rocksdb: has no path: write rocksdb:PATH, for example rocksdb:./cluster-store-data");
  const auto families = family_options(options);
  if (!families)
    return tl::unexpected{families.error()};
  auto directory = store_directory::claim(options.path);
  if (!directory)
    return tl::unexpected{std::move(directory).error()};
  const auto found = look_into(**directory);
  if (!found)
    return tl::unexpected{found.error()};
  auto made = std::make_unique<database>(options, std::move(*directory));
  made->disk.show(found->files);
  auto good = found->has_database ? check_database(*made, *found) : result<void>{};
  if (good)
    good = accept(*made, *found);
  if (good)
    good = open_accepted(*made, database_options(options, made->disk.env(), made->order.get()), *families);
  return good.map([&] { return std::move(made); });
}

} // namespace cluster_store::backends
