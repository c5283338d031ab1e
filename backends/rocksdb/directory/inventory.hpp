#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class FileSystem;
class FSWritableFile;
class IOStatus;
} // namespace rocksdb

namespace cluster_store::backends {

/// Which files of a directory are those of RocksDB, and which of them have to be there.
///
/// RocksDB takes what has the right name for its own: it replays, overwrites or deletes it. And it takes a
/// log that is missing for one that never was. So its files are written down, in a file of ours that is
/// begun before RocksDB writes anything (docs/storage.md, "Which files are of the store"), and RocksDB sees
/// and changes no others.
///
/// Threads: any.
class rocksdb_inventory {
public:
  static constexpr std::string_view name = "CLUSTER_STORE";
  static constexpr std::string_view new_name = "CLUSTER_STORE.new"; ///< Until it is complete.

  /// What an inventory says of a file.
  struct entry {
    bool required = false;       ///< Whether it has to be there.
    std::uint64_t bytes_min = 0; ///< That it has if it is there.
  };
  using list = std::map<std::string, entry, std::less<>>;

  /// @param files where the directory is.
  explicit rocksdb_inventory(std::shared_ptr<rocksdb::FileSystem> files);
  ~rocksdb_inventory();
  rocksdb_inventory(const rocksdb_inventory&) = delete;
  rocksdb_inventory& operator=(const rocksdb_inventory&) = delete;

  /// @returns what an inventory with this content says; nothing if it is none. Lines that are not whole are
  /// left out: nothing relied on them yet. Pure.
  static std::optional<list> parse(std::string_view text);

  /// @returns whether `text` is an inventory that this program does not know how to read. Pure.
  static bool is_newer(std::string_view text) noexcept;

  /// @returns whether `text` can be what was written of an inventory before the process died. Pure.
  static bool can_be_begun(std::string_view text) noexcept;

  /// From now on those of these files that are RocksDB's can be seen, and nothing can be changed.
  void show(const std::vector<std::string>& files);

  /// From now on what is shown is the store's, and is written down in `directory`; RocksDB may change it.
  rocksdb::IOStatus begin(const std::string& directory);

  /// Makes the names in its directory survive a power cut. @pre it has begun.
  rocksdb::IOStatus sync_names() const;

  /// When RocksDB has been closed: leaves out all that is not there any more.
  /// @param lengths_are_certain whether the files are as long after a power cut: then that is written down.
  void end(bool lengths_are_certain);

  bool has_begun() const;
  bool has(std::string_view file) const;

  /// Before RocksDB makes a file of this name, or renames one to it. Logs, tables and manifests are written
  /// down.
  rocksdb::IOStatus add(const std::string& file);

  /// The file is there, and so is its name after a power cut: now it has to be.
  rocksdb::IOStatus require(const std::string& file);

  /// Before RocksDB deletes a file.
  rocksdb::IOStatus give_up(const std::string& file);

  /// The file is not there any more, at least not under this name.
  void forget(const std::string& file);

private:
  rocksdb::IOStatus write(const std::string& file, const entry& what);
  rocksdb::IOStatus rewrite(bool with_lengths);

  std::shared_ptr<rocksdb::FileSystem> files_;
  mutable std::mutex mutex_;
  std::string directory_;
  std::map<std::string, bool, std::less<>> known_; // whether it is required
  std::unique_ptr<rocksdb::FSWritableFile> file_;
  std::size_t lines_ = 0; // behind those that were written at once
  bool torn_ = false;     // the last line may be
};

} // namespace cluster_store::backends
