#include <cluster_store/backends/rocksdb_threads.hpp>

#include <exception>
#include <mutex>

#include <rocksdb/env.h>

#include <cluster_store/backends/room.hpp>
#include <cluster_store/backends/signal_shield.hpp>

namespace cluster_store::backends {
namespace {

/// Its files, its timer's thread, and address space to begin with.
constexpr room opening_room{.descriptors = 24, .threads = 1, .memory_bytes = 64u << 20};
constexpr std::size_t pools = 2;

/// An empty job starts the thread of its pool.
void start_pools() {
  auto* const env = rocksdb::Env::Default();
  for (const auto pool : {rocksdb::Env::Priority::LOW, rocksdb::Env::Priority::HIGH})
    env->Schedule([](void*) {}, nullptr, pool);
}

} // namespace

result<void> prepare_rocksdb(const std::string& path) try {
  static std::mutex mutex;
  static bool started = false;
  const std::lock_guard guard{mutex}; // one at a time, so that what was found is still there
  const signal_shield shield;
  const auto what = "rocksdb:" + path + ": opening it";
  if (auto good = check_room(opening_room + room{.threads = started ? 0 : pools}, what); !good)
    return good;
  start_pools();
  started = true;
  return {};
} catch (const std::exception& problem) {
  return fail(errc::io_error, "rocksdb:" + path + ": its threads cannot be started (" + problem.what()
                                  + "): raise the limit of processes (ulimit -u, TasksMax= of a service)");
}

} // namespace cluster_store::backends
