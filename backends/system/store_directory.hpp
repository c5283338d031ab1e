#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::backends {

/// What a directory is, whatever it is called.
struct directory_identity {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const directory_identity&, const directory_identity&) = default;
};

/// What a directory has under one name.
struct directory_entry {
  std::string name;
  std::filesystem::file_type what{}; ///< A symbolic link is not followed.
  std::uint64_t bytes = 0;           ///< Of a file.
};

/// @returns "a file", "a directory", "a symbolic link" or "no file".
std::string_view to_string(std::filesystem::file_type what) noexcept;

/// The directory of a store, and the right to be the only one who uses it.
///
/// A directory is told from others by its device and inode, not by its path. The lock is a `flock` on the
/// directory itself: nothing is written for it, it holds between processes and within one, nobody gives it
/// up by closing something else, and it ends with this object or with the process (forked children close
/// it). Where a file system has no such locks (NFS), it holds within the process, and the engine's own lock
/// has to do between processes.
///
/// Only what is said to change something does. Threads: one; may block for a disk.
class store_directory {
public:
  /// Name of the file that tells which process uses the directory.
  static constexpr std::string_view holder_name = "CLUSTER_STORE.pid";

  /// Locks the directory `path`, and makes it with its missing parents (mode 0700 under any umask) if it
  /// does not exist.
  /// @errors `unavailable` if it is in use, by whom is said if it can be told; `invalid_argument` if it is
  ///   no directory; `io_error` if it cannot be made or read.
  static result<std::unique_ptr<store_directory>> claim(const std::string& path);

  /// Gives the directory up.
  ~store_directory();
  store_directory(const store_directory&) = delete;
  store_directory& operator=(const store_directory&) = delete;

  /// As it was given, for messages.
  const std::string& path() const noexcept { return path_; }

  /// Absolute and without symbolic links: what the path meant when the directory was claimed.
  const std::string& place() const noexcept { return place_; }

  /// @returns a path of the directory that was claimed, wherever it is moved and whatever takes its place; as
  /// long as this object lives. Without a /proc: `place`.
  std::string locked_place() const;

  /// Directories whose names have to be synced before a new store is kept for certain.
  const std::vector<std::string>& parents() const noexcept { return parents_; }

  /// @returns what is in it, in the order of names. @errors `io_error`.
  result<std::vector<directory_entry>> entries() const;

  /// @returns up to `bytes_max` bytes of the file `name`, from its beginning or up to its end.
  /// @errors `io_error` naming the file and what is to be done.
  result<std::string> beginning_of(const std::string& name, std::size_t bytes_max) const {
    return part_of(name, false, bytes_max);
  }
  result<std::string> end_of(const std::string& name, std::size_t bytes_max) const {
    return part_of(name, true, bytes_max);
  }

  /// @errors `io_error` if this user may not make and remove files in it, or if there is a file `name` that
  ///   this user may not write.
  result<void> writable(const std::string& name) const;

  /// @returns the id of another process that holds a POSIX record lock on the file `name`, -1 if that cannot
  ///   be told, or 0 if there is none. @pre nobody in this process has such a lock: it would be lost.
  result<long> record_lock_holder(const std::string& name) const;

  /// Makes it this process's for others to see, and closes it to other users: mode 0700, and 0600 for the
  /// `files`. Where it belongs to another user, or the file system has no modes, that stays as it is.
  /// @errors `io_error`.
  result<void> accept(const std::vector<std::string>& files);

private:
  store_directory(std::string path, int descriptor, const directory_identity& which)
      : path_{std::move(path)}, descriptor_{descriptor}, which_{which} {}

  result<void> lock();
  result<std::string> part_of(const std::string& name, bool from_end, std::size_t bytes_max) const;

  std::string path_;
  std::string place_;
  std::vector<std::string> parents_;
  unshared_descriptor descriptor_;
  directory_identity which_;
  bool locked_ = false;
  bool told_ = false; // who has it
};

/// Gives a file mode 0600, whatever the umask is; does nothing where the file system has no modes or the
/// file belongs to another user.
/// @returns 0, or what went wrong (`errno`).
int close_to_others(const std::string& file) noexcept;

/// @returns the error of a directory that process `holder` uses; 0 or less = it is not known which.
tl::unexpected<error> directory_in_use(const std::string& path, long holder);

} // namespace cluster_store::backends
