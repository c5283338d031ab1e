#include <cluster_store/apps/bench/peers/rocksdb_peer.hpp>

#include <algorithm>
#include <array>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <cluster_store/apps/bench/peers/redis_server.hpp>
#include <cluster_store/apps/support/processes/temporary_directory.hpp>
#include <cluster_store/backends/registry.hpp>
#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::apps {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t group_operations = 64;
constexpr std::uint64_t mebibyte = 1024 * 1024;

result<void> result_of(const rocksdb::Status& status) {
  if (!status.ok())
    return fail(errc::io_error, "the engine that is compared with failed: " + status.ToString());
  return {};
}

std::string text_option(const backends::uri& where, std::string_view key, const std::string& otherwise) {
  const auto found = where.options.find(key);
  return found == where.options.end() ? otherwise : found->second;
}

/// The store's own engine has checked the number.
std::uint64_t number_option(const backends::uri& where, std::string_view key, std::uint64_t otherwise) {
  return parse_whole_number(text_option(where, key, {})).value_or(otherwise);
}

rocksdb::CompressionType compression_of(const backends::uri& where) {
  const auto supported = rocksdb::GetSupportedCompressions();
  const bool has_lz4 =
      std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
  const auto name = text_option(where, "compression", has_lz4 ? "lz4" : "none");
  return name == "lz4"      ? rocksdb::kLZ4Compression
         : name == "zstd"   ? rocksdb::kZSTD
         : name == "snappy" ? rocksdb::kSnappyCompression
                            : rocksdb::kNoCompression;
}

/// As backends/rocksdb/settings.cpp sets them for sessions.
rocksdb::Options options_for(const backends::uri& where) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(number_option(where, "cache_bytes", 64 * mebibyte));
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  rocksdb::Options made;
  made.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  made.create_if_missing = true;
  made.error_if_exists = true;
  made.compression = compression_of(where);
  made.max_background_jobs = 2;
  made.max_open_files = 512;
  made.bytes_per_sync = mebibyte;
  made.allow_concurrent_memtable_write = false;
  made.level_compaction_dynamic_level_bytes = true;
  made.memtable_whole_key_filtering = true;
  made.memtable_prefix_bloom_size_ratio = 0.05;
  return made;
}

class rocksdb_peer final : public peer {
public:
  rocksdb_peer(temporary_directory directory, std::unique_ptr<rocksdb::DB> db, const std::string& sync,
               const load_settings& how)
      : directory_(std::move(directory)),
        db_(std::move(db)),
        how_(how),
        source_(how),
        values_(how.value_bytes),
        each_second_(sync == "interval") {
    synced_.sync = sync == "always";
  }

  result<void> fill() override {
    for (std::uint32_t key = 0; key < how_.keys;) {
      rocksdb::WriteBatch batch;
      for (std::size_t each = 0; each < group_operations && key < how_.keys; ++each, ++key)
        if (const auto put = result_of(batch.Put(ids_.id_of(key), values_.value_of(key))); !put)
          return put;
      if (const auto written = result_of(db_->Write({}, &batch)); !written)
        return written;
    }
    return {};
  }

  result<round_figures> run(std::chrono::milliseconds time, std::uint32_t) override {
    const auto begun = steady::now();
    auto now = begun;
    std::uint64_t operations = 0;
    for (; now - begun < time; now = steady::now()) {
      const auto done = how_.what == workload::get ? get_group() : set_group(now);
      if (!done)
        return tl::unexpected{done.error()};
      operations += group_operations;
    }
    return round_figures{
        static_cast<double>(operations) / std::chrono::duration<double>(now - begun).count(), {}, {}};
  }

private:
  result<void> set_group(steady::time_point now) {
    batch_.Clear();
    for (std::size_t each = 0; each < group_operations; ++each) {
      const auto key = source_.next().key;
      if (const auto put = result_of(batch_.Put(ids_.id_of(key), values_.value_of(key))); !put)
        return put;
    }
    const auto written = result_of(db_->Write(synced_, &batch_));
    if (!written || !each_second_ || now - synced_at_ < std::chrono::seconds{1})
      return written;
    synced_at_ = now;
    return result_of(db_->SyncWAL());
  }

  result<void> get_group() {
    std::array<std::string, group_operations>& ids = group_ids_;
    for (std::size_t each = 0; each < group_operations; ++each) {
      ids[each] = ids_.id_of(source_.next().key);
      keys_[each] = ids[each];
      found_[each].Reset();
    }
    db_->MultiGet({}, db_->DefaultColumnFamily(), group_operations, keys_.data(), found_.data(),
                  states_.data());
    for (const auto& state : states_)
      if (const auto read = result_of(state); !read)
        return read;
    return {};
  }

  temporary_directory directory_;
  std::unique_ptr<rocksdb::DB> db_;
  load_settings how_;
  operation_source source_;
  id_buffer ids_;
  value_text values_;
  rocksdb::WriteOptions synced_;
  bool each_second_;
  steady::time_point synced_at_;
  rocksdb::WriteBatch batch_;
  std::array<std::string, group_operations> group_ids_;
  std::array<rocksdb::Slice, group_operations> keys_;
  std::array<rocksdb::PinnableSlice, group_operations> found_;
  std::array<rocksdb::Status, group_operations> states_;
};

} // namespace

result<std::unique_ptr<peer>> open_rocksdb_peer(const bench_settings& how) {
  const auto where = backends::parse_uri(how.backend);
  if (!where)
    return tl::unexpected{where.error()};
  auto directory = temporary_directory::create(directory_beside(how.backend));
  if (!directory)
    return tl::unexpected{directory.error()};
  auto options = options_for(*where);
  options.write_buffer_size = number_option(*where, "write_buffer_bytes", 64 * mebibyte);
  options.max_total_wal_size = 4 * options.write_buffer_size;
  rocksdb::DB* opened = nullptr;
  if (const auto done = result_of(rocksdb::DB::Open(options, *directory / "engine", &opened)); !done)
    return tl::unexpected{done.error()};
  return std::make_unique<rocksdb_peer>(*std::move(directory), std::unique_ptr<rocksdb::DB>{opened},
                                        text_option(*where, "sync", "always"), how.load);
}

} // namespace cluster_store::apps
