#include <cluster_store/backends/system/directory_lock.hpp>

#include <algorithm>
#include <cerrno>
#include <vector>

#include <sys/file.h>

#include <cluster_store/backends/system/process_wide.hpp>

namespace cluster_store::backends {
namespace {

/// The directories that this process has locked: what holds within a process where `flock` does not. A forked
/// child begins with none.
using directories = std::vector<directory_identity>;

void unlock_all(directories& locked) {
  locked.clear();
}

using locked_directories = process_wide<directories, &unlock_all>;

void forget(const directory_identity& which) {
  locked_directories::with([&](directories& locked) { std::erase(locked, which); });
}

} // namespace

directory_lock::directory_lock(int descriptor, const directory_identity& which) noexcept
    : descriptor_{descriptor}, which_{which} {}

directory_lock::~directory_lock() {
  if (is_own())
    forget(which_);
}

directory_lock::outcome directory_lock::take() {
  taken_ = locked_directories::with([&](directories& locked) {
    const bool is_free = std::ranges::count(locked, which_) == 0;
    if (is_free)
      locked.push_back(which_);
    return is_free;
  });
  if (!taken_)
    return outcome::held_here;
  if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return outcome::taken; // else: this file system locks no directories
  forget(which_);
  taken_ = false;
  return outcome::held_elsewhere;
}

} // namespace cluster_store::backends
