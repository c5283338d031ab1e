#include <cluster_store/backends/rocksdb/database.hpp>

#include <algorithm>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cluster_store/backends/rocksdb/check.hpp>
#include <cluster_store/backends/rocksdb/directory/look.hpp>
#include <cluster_store/backends/rocksdb/settings.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

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
