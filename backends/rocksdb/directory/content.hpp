#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cluster_store::backends {

/// What RocksDB keeps in a file, as the file's name says.
enum class rocksdb_file : std::uint8_t {
  none, ///< No name that RocksDB gives.
  current,
  identity,
  lock,
  info_log,
  manifest,
  options,
  temporary,
  log,
  table
};

/// @returns what RocksDB would keep in a file of that name; only names exactly as it writes them count. Pure.
rocksdb_file rocksdb_file_named(std::string_view name) noexcept;

/// What is seen of a file: up to `content_bytes_max` bytes of its beginning, and of its end.
inline constexpr std::size_t content_bytes_max = 4'096;

struct file_content {
  std::uint64_t bytes = 0;
  std::string_view beginning;
  std::string_view end;
};

/// @returns whether RocksDB can have written that into a file of this kind, also if the process died or the
/// power failed meanwhile. Pure.
bool can_be_of_rocksdb(rocksdb_file kind, const file_content& what) noexcept;

/// @returns the name of the manifest that a CURRENT file with this content names, or nothing. Pure.
std::optional<std::string_view> manifest_named_by(std::string_view current) noexcept;

} // namespace cluster_store::backends
