#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/registry.hpp>

namespace rocksdb {
class FileSystem;
} // namespace rocksdb

namespace cluster_store::backends {

/// How to open a RocksDB directory.
struct rocksdb_options {
  enum class compression_kind : std::uint8_t { none, lz4, zstd, snappy };

  std::string path;                               ///< Made if it does not exist; gets mode 0700. Not empty.
  traits::syncing sync = traits::syncing::always; ///< When a commit is on the disk.
  std::uint64_t cache_bytes = 64u << 20;          ///< Sessions used last (a quarter) and blocks kept in
                                                  ///< memory; 1 MiB–1 TiB, default 64 MiB.
  std::uint64_t write_buffer_bytes =
      16u << 20; ///< Sessions kept in memory before a table file is written; 64 KiB–1 GiB, default 16 MiB.
                 ///< Other rows have a part of it, and the log four times as much.
  std::optional<compression_kind> compression; ///< Default lz4 if this RocksDB has it, else none.
  std::shared_ptr<rocksdb::FileSystem>
      files; ///< Where the path is; default the operating system's. For tests.
};

/// Reads the options of
/// `rocksdb:PATH?sync=always|interval|never&cache_bytes=N&compression=none|lz4|zstd|snappy`. Pure.
/// @errors `invalid_argument` naming the option and what it may be.
result<rocksdb_options> rocksdb_options_from(const uri& where);

/// Opens the engine that keeps everything in a directory of its own (docs/storage.md), or makes the
/// directory.
///
/// A directory is locked while it is open, and closed to other users. One that is refused stays as it was.
///
/// Threads: as `backend`; may block for a disk. RocksDB runs two threads of its own.
/// @errors `unavailable` naming the process if another one or another object has the directory open, by
///   whatever path; `invalid_argument` for a bad
///   option, a path that is no directory, a directory with other things in it or the database of another
///   program; `unsupported` for a newer format, or a compression this RocksDB lacks; `corrupt` if its files
///   are damaged or missing; `io_error` for anything else. Every message names the path.
result<std::unique_ptr<backend>> open_rocksdb(const rocksdb_options& options);

} // namespace cluster_store::backends
