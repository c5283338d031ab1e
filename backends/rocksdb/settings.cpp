#include <cluster_store/backends/rocksdb/settings.hpp>

#include <algorithm>
#include <memory>

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

namespace cluster_store::backends {
namespace {

using rocksdb::Status;

constexpr std::size_t mebibyte = 1024 * 1024;

/// Memory for writes that are not yet in table files, two of these a family: parts of that of the sessions.
constexpr std::array<std::size_t, family_count> write_buffer_parts{64, 1, 4, 8, 8};

/// In the order of `compression_kind`.
constexpr std::array compressions{rocksdb::kNoCompression, rocksdb::kLZ4Compression, rocksdb::kZSTD,
                                  rocksdb::kSnappyCompression};

/// RocksDB polls for free space by itself, every five seconds and on its own thread. The engine looks when
/// the next commit comes instead, so that its answer says how things are, and is then opened anew.
class manual_recovery final : public rocksdb::EventListener {
public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, Status problem, bool* automatic) override {
    if (problem.severity() >= Status::Severity::kHardError)
      *automatic = false;
  }
};

result<rocksdb::CompressionType> usable_compression(const rocksdb_options& options) {
  const auto kind = options.compression.value_or(rocksdb_options::compression_kind::lz4);
  const auto wanted = compressions[static_cast<std::size_t>(kind)];
  const auto all = rocksdb::GetSupportedCompressions();
  if (wanted == rocksdb::kNoCompression || std::find(all.begin(), all.end(), wanted) != all.end())
    return wanted;
  if (!options.compression)
    return rocksdb::kNoCompression;
  return fail(errc::unsupported,
              "rocksdb:" + options.path
                  + ": this RocksDB was built without that compression: use compression=none");
}

} // namespace

const std::array<std::string, family_count> family_names{
    "default",
    "cluster_store.sessions",
    "cluster_store.expiry",
    "cluster_store.clients",
    "cluster_store.system",
};

rocksdb::DBOptions database_options(const rocksdb_options& options, rocksdb::Env* env,
                                    rocksdb::WalFilter* order) {
  rocksdb::DBOptions made;
  made.env = env;
  made.create_if_missing = true;
  made.create_missing_column_families = true;
  made.paranoid_checks = true;
  made.max_total_wal_size = 4 * options.write_buffer_bytes;
  // Never more than a prefix of what was committed is recovered, and never less than what was synced.
  made.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  made.wal_filter = order;
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

result<std::vector<rocksdb::ColumnFamilyDescriptor>> family_options(const rocksdb_options& options) {
  const auto compression = usable_compression(options);
  if (!compression)
    return tl::unexpected{compression.error()};
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes - recent_share(options.cache_bytes));
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  const std::shared_ptr<rocksdb::TableFactory> tables{rocksdb::NewBlockBasedTableFactory(table)};
  constexpr auto sessions = static_cast<std::size_t>(family::sessions);
  std::vector<rocksdb::ColumnFamilyDescriptor> made;
  for (std::size_t i = 0; i < family_count; ++i) {
    rocksdb::ColumnFamilyOptions each;
    each.table_factory = tables;
    each.compression = *compression;
    each.write_buffer_size = options.write_buffer_bytes / write_buffer_parts[i];
    each.max_write_buffer_number = 2;
    each.level_compaction_dynamic_level_bytes = true;
    made.emplace_back(family_names[i], each);
  }
  made[sessions].options.memtable_whole_key_filtering = true;
  made[sessions].options.memtable_prefix_bloom_size_ratio = 0.05;
  return made;
}

} // namespace cluster_store::backends
