#pragma once

#include <sys/types.h>

#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::backends {

/// What a directory is, whatever it is called.
struct directory_identity {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const directory_identity&, const directory_identity&) = default;
};

/// A lock on a directory that holds between processes and between users of one process. Given up in the
/// destructor.
class directory_lock {
public:
  enum class outcome { taken, held_here, held_elsewhere };

  /// @param descriptor of the directory, which is kept open. @param which its identity.
  directory_lock(int descriptor, const directory_identity& which) noexcept;
  ~directory_lock();
  directory_lock(const directory_lock&) = delete;
  directory_lock& operator=(const directory_lock&) = delete;

  /// Tries to lock it, without waiting. Any thread. Called once.
  outcome take();

  int descriptor() const noexcept { return descriptor_.get(); }

  /// @returns the directory's identity.
  const directory_identity& which() const noexcept { return which_; }

  /// @returns whether this process is the one that has it: no forked child is.
  bool is_own() const noexcept { return taken_ && descriptor_.is_ours(); }

private:
  unshared_descriptor descriptor_;
  directory_identity which_;
  bool taken_ = false;
};

} // namespace cluster_store::backends
