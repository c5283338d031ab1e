#pragma once

#include <mutex>

#include <pthread.h>

namespace cluster_store {

/// Things of this process behind a lock, which is free in a forked child, where `in_child` was called with
/// them before anybody else has them. Never ends: what uses them may have static storage.
///
/// Threads: any.
template <class Things, auto in_child>
class process_wide {
public:
  /// @returns what `use` returns of the things, while it has the lock.
  template <class Use>
  static auto with(Use use) {
    auto& here = instance();
    const std::lock_guard guard{here.mutex_};
    return use(here.things_);
  }

private:
  static process_wide& instance() {
    static auto& only = *new process_wide;
    return only;
  }

  process_wide() {
    ::pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                     [] {
                       in_child(instance().things_);
                       instance().mutex_.unlock();
                     });
  }

  std::mutex mutex_;
  Things things_;
};

} // namespace cluster_store
