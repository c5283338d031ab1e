#include <cluster_store/backends/rocksdb_database.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include <sys/stat.h>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

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

std::string parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

/// @param changed gets the directories in which one was made.
result<void> make_directory(const std::filesystem::path& path, std::vector<std::string>& changed) {
  std::error_code unreadable; // mkdir will say why
  if (const auto parent = path.parent_path();
      !parent.empty() && parent != path && !std::filesystem::exists(parent, unreadable))
    if (auto good = make_directory(parent, changed); !good)
      return good;
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return fail(errc::io_error, "the directory " + path.string() + " cannot be made (" + std::strerror(errno)
                                    + "): make it or use another one");
  changed.push_back(parent_of(path));
  return {};
}

/// What a process that died while it made a database leaves behind.
bool is_leftover(const std::string& name) {
  const auto starts = [&](std::string_view start) { return name.starts_with(start); };
  return name == "LOCK" || name == "IDENTITY" || starts("LOG") || starts("MANIFEST-") || starts("OPTIONS-")
         || name.ends_with(".dbtmp") || name.ends_with(".log");
}

/// @param changed gets the directories whose names have to be synced before the store is kept for certain.
/// @returns whether there is a database in the directory, which is made if it is not there.
result<bool> look_into(const std::string& path, std::vector<std::string>& changed) {
  // A trailing '/' would look like a directory without a name.
  const auto named = std::filesystem::path{path + "/."}.lexically_normal().parent_path();
  std::error_code problem;
  const auto kind = std::filesystem::status(path, problem).type();
  if (kind == std::filesystem::file_type::not_found) {
    auto made = make_directory(named, changed);
    return made ? result<bool>{false} : tl::unexpected{std::move(made).error()};
  }
  if (kind != std::filesystem::file_type::directory && kind != std::filesystem::file_type::none)
    return refuse(path, "is not a directory: use another path");
  std::string stranger;
  bool has_database = false;
  for (std::filesystem::directory_iterator at{path, problem}, end; !problem && at != end;
       at.increment(problem)) {
    const auto name = at->path().filename().string();
    has_database = has_database || name == "CURRENT";
    if (!is_leftover(name))
      stranger = name;
  }
  if (problem)
    return fail(errc::io_error, "the store's directory " + path + " cannot be read (" + problem.message()
                                    + "): give this user the right to");
  if (!has_database && !stranger.empty())
    return refuse(path, "is no store but a directory with other things in it ('" + stranger
                            + "'): use an empty or a new directory");
  if (!has_database)
    changed.push_back(parent_of(named)); // whoever made it may have died before it was synced
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
  return fail(errc::io_error, "rocksdb:" + path + ": " + std::string{what} + " failed: " + problem.ToString()
                                  + (problem.IsNoSpace() ? ": make room on the disk, nothing is lost" : ""));
}

result<std::unique_ptr<database>> open_database(const rocksdb_options& options) {
  const auto& path = options.path;
  if (path.empty())
    return refuse(path, "has no path: write rocksdb:PATH, for example rocksdb:./cluster-store-data");
  const auto compression = compression_of(options);
  if (!compression)
    return tl::unexpected{compression.error()};
  std::vector<std::string> changed;
  const auto exists = look_into(path, changed);
  if (!exists)
    return tl::unexpected{exists.error()};
  auto made = std::make_unique<database>(options);
  auto settings = database_options(made->disk.env());
  settings.max_total_wal_size = 4 * options.write_buffer_bytes;
  auto good = made->disk.check_lock(path);
  for (const auto& each : changed)
    if (good)
      good = made->disk.sync_directory(each);
  if (good && *exists)
    good = check_families(path, settings);
  if (good && *exists)
    good = check_mark(path, settings);
  if (!good)
    return tl::unexpected{std::move(good).error()};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (const auto done =
          rocksdb::DB::Open(settings, path, descriptors(options, *compression), &handles, &made->db);
      !done.ok()) {
    // Somebody else may have come in between.
    good = made->disk.check_lock(path);
    return good ? rocksdb_failed("opening it", path, done) : tl::unexpected{std::move(good).error()};
  }
  std::copy(handles.begin(), handles.end(), made->families.begin());
  if (good = write_mark(*made); !good)
    return tl::unexpected{std::move(good).error()};
  return made;
}

} // namespace cluster_store::backends
