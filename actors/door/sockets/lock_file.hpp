#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

/// Which file it is, whatever its name.
struct file_identity {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// @returns which file `path` names (a symbolic link: itself); nothing if none.
std::optional<file_identity> identity_of(const std::string& path);

/// A file that one process at most has locked, and that says which: its process id stands in it. Never
/// removed: who would remove it could take another's lock away.
///
/// Threads: one at a time. Ownership: its end, or that of the process, unlocks it; forked children do not
/// have it.
class lock_file {
public:
  /// Locks `path`, which is made if it is missing. Does not wait.
  /// @errors `unavailable` if another process or object has it, with the process id if it is known;
  /// `invalid_argument` if something else than a file is there; `io_error` if the system refuses.
  static result<lock_file> take(const std::string& path);

  lock_file(lock_file&&) noexcept = default;
  lock_file& operator=(lock_file&&) noexcept = default;
  ~lock_file();

  /// @returns whether the name still leads to the locked file.
  bool is_in_place() const { return identity_of(path_) == identity_; }

private:
  lock_file(std::string path, unshared_descriptor file, file_identity identity)
      : path_(std::move(path)), file_(std::move(file)), identity_(identity) {}

  std::string path_;
  unshared_descriptor file_;
  file_identity identity_;
};

} // namespace cluster_store::door
