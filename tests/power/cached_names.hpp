#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cluster_store::tests {

/// A file of a disk with a cache, independent of its names.
struct cached_file {
  std::string attic_path;         ///< A name that it keeps for as long as it may come back.
  std::uint64_t bytes = 0;        ///< Of its content now.
  std::uint64_t bytes_synced = 0; ///< Of its content that a power cut leaves; it only grows.
};

/// Removes or damages what was not synced, as a power cut may. What is left is on the disk.
///
/// A log may come back in any state, also with room behind its end that was reserved before it was needed. Of
/// other files only a first part is left, as the usual journalling file systems do it: RocksDB takes any
/// other damage of a manifest for what it would be there, a broken disk.
void lose_tail(cached_file& file, bool is_log, std::mt19937_64& random);

inline constexpr std::uint64_t page_bytes = 4'096; ///< What a cache writes as a whole.

/// Loses what was not synced of `bytes` bytes from `from` on: zeros are there. All else is on the disk.
void lose_part(cached_file& file, std::uint64_t from, std::uint64_t bytes = page_bytes);

using file_names = std::map<std::string, std::shared_ptr<cached_file>, std::less<>>;

/// The names of a directory: as they are, and what of them a power cut may leave. Pure; one thread.
class cached_names {
public:
  cached_names() = default;

  /// These, all of them on the disk.
  explicit cached_names(const file_names& synced) : now_{synced}, synced_{synced} {}

  /// The file of a name, or none.
  std::shared_ptr<cached_file> find(std::string_view name) const;

  void create(const std::string& name, std::shared_ptr<cached_file> what);
  void rename(const std::string& from, const std::string& to);
  void remove(const std::string& name);

  /// The directory was synced: a power cut takes nothing of it back.
  void sync();

  /// @returns the names as they are.
  const file_names& now() const noexcept { return now_; }

  /// @returns names that a power cut may leave. Journalling file systems keep a first part of the changes,
  /// POSIX
  ///   allows any of them to be there or not; `random` decides which kind of file system this is today.
  file_names after_power_cut(std::mt19937_64& random) const;

private:
  enum class kind : std::uint8_t { create, rename, remove };

  struct change {
    kind what;
    std::string name;
    std::string target; ///< `rename`.
    std::shared_ptr<cached_file> file;
  };

  static void apply(const change& what, file_names& to);
  void note(change what);

  file_names now_;
  file_names synced_;
  std::vector<change> unsynced_;
};

} // namespace cluster_store::tests
