#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <cluster_store/backends/rocksdb/disk/disk.hpp>
#include <cluster_store/backends/rocksdb/disk/log_order.hpp>
#include <cluster_store/backends/rocksdb/rocksdb.hpp>
#include <cluster_store/backends/system/store_directory.hpp>

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Status;
class WalFilter;
} // namespace rocksdb

namespace cluster_store::backends {

/// The column families of a store, in the order of `database::families`.
enum class family : std::uint8_t { meta, sessions, expiry, clients, system };

inline constexpr std::size_t family_count = 5;

/// Rows of `family::meta`.
inline constexpr std::string_view format_key = "cluster_store.format";
inline constexpr std::string_view length_key = "cluster_store.length";

/// @returns how much of the cache is for whole sessions; the rest is for blocks of table files.
constexpr std::size_t recent_share(std::uint64_t cache_bytes) {
  return static_cast<std::size_t>(cache_bytes / 4);
}

/// An open RocksDB directory that was found to be a store of ours. Closes it in the destructor.
struct database {
  database(const rocksdb_options& options, std::unique_ptr<store_directory> claimed)
      : directory{std::move(claimed)},
        path{options.path},
        place{options.files ? directory->place() : directory->locked_place()},
        disk{options.files, options.sync == traits::syncing::always},
        order{make_log_order()} {}
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  rocksdb::ColumnFamilyHandle* operator[](family which) const noexcept {
    return families[static_cast<std::size_t>(which)];
  }

  std::unique_ptr<store_directory> directory; // given up after everything else is closed
  std::string path;                           // as it was given, for messages
  std::string place;                          // the directory itself, for use
  watched_disk disk;                          // outlives the database
  std::shared_ptr<rocksdb::WalFilter> order;  // of the logs; outlives the database
  rocksdb::DB* db = nullptr;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families{};
};

/// Opens or makes the database of `options`; see `open_rocksdb` for the errors.
result<std::unique_ptr<database>> open_database(const rocksdb_options& options);

/// @returns the error for `problem` while the engine did `what` in `path`: `corrupt` for damage, else
/// `io_error`.
tl::unexpected<error> rocksdb_failed(std::string_view what, const std::string& path,
                                     const rocksdb::Status& problem);

} // namespace cluster_store::backends
