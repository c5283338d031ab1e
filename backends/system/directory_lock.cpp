#include <cluster_store/backends/system/directory_lock.hpp>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <vector>

#include <pthread.h>
#include <sys/file.h>

namespace cluster_store::backends {
namespace {

/// The directories that this process has locked: what holds within a process where `flock` does not. Never
/// ends, since stores may have static storage. A forked child begins with none.
class locked_directories {
public:
  static locked_directories& instance() {
    static auto& only = *new locked_directories;
    return only;
  }

  bool add(const directory_identity& which) {
    const std::lock_guard guard{mutex_};
    if (std::find(members_.begin(), members_.end(), which) != members_.end())
      return false;
    members_.push_back(which);
    return true;
  }

  void remove(const directory_identity& which) {
    const std::lock_guard guard{mutex_};
    members_.erase(std::remove(members_.begin(), members_.end(), which), members_.end());
  }

private:
  locked_directories() {
    ::pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                     [] {
                       instance().members_.clear();
                       instance().mutex_.unlock();
                     });
  }

  std::mutex mutex_;
  std::vector<directory_identity> members_;
};

} // namespace

directory_lock::directory_lock(int descriptor, const directory_identity& which) noexcept
    : descriptor_{descriptor}, which_{which} {}

directory_lock::~directory_lock() {
  if (is_own())
    locked_directories::instance().remove(which_);
}

directory_lock::outcome directory_lock::take() {
  if (!locked_directories::instance().add(which_))
    return outcome::held_here;
  taken_ = true;
  if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return outcome::taken; // else: this file system locks no directories
  locked_directories::instance().remove(which_);
  taken_ = false;
  return outcome::held_elsewhere;
}

} // namespace cluster_store::backends
