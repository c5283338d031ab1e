#include <cluster_store/backends/rocksdb_database.hpp>

#include <algorithm>
#include <vector>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <cluster_store/backends/rocksdb_file_size.hpp>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

constexpr std::string_view format_number = "1";
constexpr std::string_view family_prefix = "cluster_store.";

const std::array<std::string, family_count> family_names{
    "default",
    "cluster_store.sessions",
    "cluster_store.expiry",
    "cluster_store.clients",
    "cluster_store.system",
};

constexpr std::size_t mebibyte = 1024 * 1024;

/// Memory for writes that are not yet in table files, two of these a family: parts of that of the sessions.
constexpr std::array<std::size_t, family_count> write_buffer_parts{64, 1, 4, 8, 8};

/// RocksDB polls for free space by itself, every five seconds and on its own thread. The engine looks when
/// the next commit comes instead, so that its answer says how things are, and is then opened anew.
class manual_recovery final : public rocksdb::EventListener {
public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, Status problem, bool* automatic) override {
    if (problem.severity() >= Status::Severity::kHardError)
      *automatic = false;
  }
};

/// For looking at a directory that may not be ours: writes no log file into it.
class no_logger final : public rocksdb::Logger {
public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

tl::unexpected<error> refuse(const std::string& path, std::string_view why) {
  return fail(errc::invalid_argument, "rocksdb:" + path + " " + std::string{why});
}

// --- the directory ----------------------------------------------------------------------------------------

/// RocksDB's own lock, which masters take that know no other.
const std::string lock_name = "LOCK";

/// What a process that died while it made a database leaves behind.
bool is_leftover(const std::string& name) {
  const auto starts = [&](std::string_view start) { return name.starts_with(start); };
  return name == "IDENTITY" || starts("LOG") || starts("MANIFEST-") || starts("OPTIONS-")
         || name.ends_with(".dbtmp") || name.ends_with(".log");
}

/// Whether RocksDB will be able to lock its file, and no older master or other program has it.
result<void> check_lock_file(const store_directory& where, const directory_entry& lock) {
  if (lock.what != directory_entry::kind::file)
    return fail(errc::io_error, "the file " + where.path() + "/" + lock_name
                                    + " cannot be locked, because it is " + std::string{to_string(lock.what)}
                                    + ": remove it or use another directory");
  if (auto good = where.file_writable(lock_name); !good)
    return good;
  const auto holder = where.record_lock_holder(lock_name);
  if (!holder)
    return tl::unexpected{holder.error()};
  return *holder == 0 ? result<void>{} : directory_in_use(where.path(), *holder);
}

/// @returns whether there is a database in the directory. Writes nothing.
result<bool> look_into(const store_directory& where) {
  const auto entries = where.entries();
  if (!entries)
    return tl::unexpected{entries.error()};
  std::string stranger;
  bool has_database = false;
  for (const auto& each : *entries) {
    has_database = has_database || each.name == "CURRENT";
    if (each.name == lock_name) {
      if (auto good = check_lock_file(where, each); !good)
        return tl::unexpected{std::move(good).error()};
    } else if (!is_leftover(each.name) && each.name != store_directory::holder_name) {
      stranger = each.name;
    }
  }
  if (!has_database && !stranger.empty())
    return refuse(where.path(), "is no store but a directory with other things in it ('" + stranger
                                    + "'): use an empty or a new directory");
  return has_database;
}

// --- options ----------------------------------------------------------------------------------------------

result<rocksdb::CompressionType> compression_of(const rocksdb_options& options) {
  using kind = rocksdb_options::compression_kind;
  const auto has = [](rocksdb::CompressionType wanted) {
    const auto all = rocksdb::GetSupportedCompressions();
    return wanted == rocksdb::kNoCompression || std::find(all.begin(), all.end(), wanted) != all.end();
  };
  auto wanted = rocksdb::kLZ4Compression;
  if (!options.compression)
    return has(wanted) ? wanted : rocksdb::kNoCompression;
  switch (*options.compression) {
  case kind::none:
    wanted = rocksdb::kNoCompression;
    break;
  case kind::lz4:
    wanted = rocksdb::kLZ4Compression;
    break;
  case kind::zstd:
    wanted = rocksdb::kZSTD;
    break;
  case kind::snappy:
    wanted = rocksdb::kSnappyCompression;
    break;
  }
  if (!has(wanted))
    return fail(errc::unsupported,
                "rocksdb:" + options.path
                    + ": this RocksDB was built without that compression: use compression=none");
  return wanted;
}

rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions made;
  made.env = env;
  made.create_if_missing = true;
  made.create_missing_column_families = true;
  made.paranoid_checks = true;
  // Never more than a prefix of what was committed is recovered, and never less than what was synced.
  made.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  made.manual_wal_flush = false; // the log is with the operating system before a commit is answered
  made.max_open_files = 512;
  made.max_file_opening_threads =
      1; // more are started in the middle of opening, which ends the process if it fails
  made.max_background_jobs = 2;
  made.bytes_per_sync = mebibyte;
  made.allow_concurrent_memtable_write = false; // there is one writer
  made.max_bgerror_resume_count = 0;
  made.listeners.push_back(std::make_shared<manual_recovery>());
  made.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  made.max_log_file_size = mebibyte;
  made.keep_log_file_num = 4;
  made.max_manifest_file_size = 64 * mebibyte;
  made.stats_dump_period_sec = 0;
  made.stats_persist_period_sec = 0;
  made.skip_stats_update_on_db_open = true;
  made.use_fsync = false; // fdatasync writes all that reading the log needs
  made.recycle_log_file_num = 0;
  made.avoid_unnecessary_blocking_io = true;
  return made;
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const rocksdb_options& options,
                                                         rocksdb::CompressionType compression) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes - recent_share(options.cache_bytes));
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  const std::shared_ptr<rocksdb::TableFactory> factory{rocksdb::NewBlockBasedTableFactory(table)};
  constexpr auto sessions = static_cast<std::size_t>(family::sessions);
  std::vector<rocksdb::ColumnFamilyDescriptor> made;
  for (std::size_t i = 0; i < family_count; ++i) {
    rocksdb::ColumnFamilyOptions each;
    each.table_factory = factory;
    each.compression = compression;
    each.write_buffer_size = options.write_buffer_bytes / write_buffer_parts[i];
    each.max_write_buffer_number = 2;
    each.level_compaction_dynamic_level_bytes = true;
    made.emplace_back(family_names[i], each);
  }
  made[sessions].options.memtable_whole_key_filtering = true;
  made[sessions].options.memtable_prefix_bloom_size_ratio = 0.05;
  return made;
}

// --- is it ours? ------------------------------------------------------------------------------------------

tl::unexpected<error> newer(const std::string& path, std::string_view found) {
  return fail(errc::unsupported, "rocksdb:" + path + " was written by a newer program (" + std::string{found}
                                     + "; this one reads format " + std::string{format_number}
                                     + "): use that program, or export there and import here");
}

result<void> check_families(const std::string& path, const rocksdb::DBOptions& options) {
  std::vector<std::string> names;
  if (const auto done = rocksdb::DB::ListColumnFamilies(options, path, &names); !done.ok())
    return rocksdb_failed("listing the column families", path, done);
  for (const auto& name : names) {
    if (std::find(family_names.begin(), family_names.end(), name) != family_names.end())
      continue;
    if (name.starts_with(family_prefix))
      return newer(path, "it has the column family " + name);
    return refuse(path, "is the database of another program (it has the column family '" + name
                            + "'): use another directory");
  }
  return {};
}

/// Reads the format mark, without writing anything.
result<void> check_mark(const std::string& path, rocksdb::DBOptions options) {
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  options.info_log = std::make_shared<no_logger>();
  rocksdb::DB* opened = nullptr;
  if (const auto done = rocksdb::DB::OpenForReadOnly(rocksdb::Options{options, {}}, path, &opened);
      !done.ok())
    return rocksdb_failed("reading the format mark", path, done);
  const std::unique_ptr<rocksdb::DB> db{opened};
  std::string mark;
  const auto done = db->Get({}, format_key, &mark);
  if (done.ok())
    return mark == format_number ? result<void>{} : newer(path, "its format mark is '" + mark + "'");
  if (!done.IsNotFound())
    return rocksdb_failed("reading the format mark", path, done);
  // Without a mark it must be one that a process died making: then nothing is in it.
  const std::unique_ptr<rocksdb::Iterator> rows{db->NewIterator({})};
  rows->SeekToFirst();
  if (rows->Valid())
    return refuse(path,
                  "is the database of another program (it has rows, but no format mark of a store): use "
                  "another directory");
  if (!rows->status().ok())
    return rocksdb_failed("looking for the format mark", path, rows->status());
  return {};
}

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

} // namespace

database::~database() {
  if (db == nullptr)
    return;
  for (auto* const each : families)
    db->DestroyColumnFamilyHandle(each).PermitUncheckedError();
  db->Close().PermitUncheckedError();
  delete db;
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
  const auto& path = options.path;
  if (path.empty())
    return refuse(path, "has no path: write rocksdb:PATH, for example rocksdb:./cluster-store-data");
  const auto compression = compression_of(options);
  if (!compression)
    return tl::unexpected{compression.error()};
  auto directory = store_directory::claim(path);
  if (!directory)
    return tl::unexpected{std::move(directory).error()};
  const auto exists = look_into(**directory);
  if (!exists)
    return tl::unexpected{exists.error()};
  const auto place = (*directory)->place();
  auto made = std::make_unique<database>(options, std::move(*directory));
  auto settings = database_options(made->disk.env());
  settings.max_total_wal_size = 4 * options.write_buffer_bytes;
  auto good = made->directory->writable();
  if (good && *exists)
    good = check_families(place, settings);
  if (good && *exists)
    good = check_mark(place, settings);
  if (good)
    good = made->directory->accept({});
  if (!*exists)
    for (const auto& each : made->directory->parents())
      if (good)
        good = made->disk.sync_directory(each);
  if (!good)
    return tl::unexpected{std::move(good).error()};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (const auto done =
          rocksdb::DB::Open(settings, place, descriptors(options, *compression), &handles, &made->db);
      !done.ok()) {
    // An older master may have come in between.
    const auto holder = made->directory->record_lock_holder(lock_name);
    return holder && *holder != 0 ? directory_in_use(path, *holder)
                                  : rocksdb_failed("opening it", path, done);
  }
  std::copy(handles.begin(), handles.end(), made->families.begin());
  if (good = write_mark(*made); !good)
    return tl::unexpected{std::move(good).error()};
  return made;
}

} // namespace cluster_store::backends
