#include <cluster_store/backends/rocksdb/threads.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>

#include <rocksdb/env.h>

#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/backends/system/room.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::backends {
namespace {

/// Its files, its timer's thread, and address space to begin with.
constexpr room opening_room{.descriptors = 24, .threads = 1, .memory_bytes = 64u << 20};
constexpr std::size_t pools = 2;

/// RocksDB makes its threads once, and a forked child has none of them: it would wait for them for ever.
result<void> check_process(const std::string& path) {
  static std::atomic<process_stamp> user{process_stamp{}};
  auto first = process_stamp{};
  if (user.compare_exchange_strong(first, current_process()) || first == current_process())
    return {};
  return fail(errc::unavailable,
              "rocksdb:" + path
                  + ": a process this one was forked from has used RocksDB, which does not survive a "
                    "fork: fork before the store is opened, or exec");
}

/// An empty job starts the thread of its pool.
void start_pools() {
  auto* const env = rocksdb::Env::Default();
  for (const auto pool : {rocksdb::Env::Priority::LOW, rocksdb::Env::Priority::HIGH})
    env->Schedule([](void*) {}, nullptr, pool);
}

} // namespace

result<void> prepare_rocksdb(const std::string& path) try {
  if (auto usable = check_process(path); !usable) // before any lock
    return usable;
  static std::mutex mutex;
  static bool started = false;
  const std::lock_guard guard{mutex}; // one at a time, so that what was found is still there
  const signal_shield shield;
  const auto what = "rocksdb:" + path + ": opening it";
  auto needed = opening_room;
  needed.threads += started ? 0 : pools;
  if (auto good = check_room(needed, what); !good)
    return good;
  start_pools();
  started = true;
  return {};
} catch (const std::exception& problem) {
  return fail(errc::io_error, "rocksdb:" + path + ": its threads cannot be started (" + problem.what()
                                  + "): raise the limit of processes (ulimit -u, TasksMax= of a service)");
}

void spare_children_the_end() {
  static std::atomic<bool> done = false;
  if (done.exchange(true))
    return;
  const auto end = [](int code, void* user) {
    if (static_cast<process_stamp>(reinterpret_cast<std::uintptr_t>(user)) == current_process())
      return;
    std::fflush(nullptr);
    std::_Exit(code);
  };
  ::on_exit(end, reinterpret_cast<void*>(static_cast<std::uintptr_t>(current_process())));
}

} // namespace cluster_store::backends
