#include <cluster_store/backends/system/room.hpp>

#include <csignal>

#include <atomic>
#include <exception>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store {

namespace {

constexpr int turns_max = 100'000; // a fraction of a second

/// Address space that glibc takes for the memory of a new thread, if there is that much: so another thread's
/// stack may find none.
constexpr std::size_t thread_memory_bytes = sizeof(void*) < 8 ? 1u << 20 : 64u << 20;

/// Threads that do nothing for a while. When its end returns, the system no longer counts them.
class taken_threads {
public:
  taken_threads() = default;
  taken_threads(const taken_threads&) = delete;
  taken_threads& operator=(const taken_threads&) = delete;
  ~taken_threads() {
    over_ = true;
    over_.notify_all();
    for (auto& each : threads_)
      each.join();
    // A thread that was joined is still counted for a moment.
    for (const int id : ids_)
      for (int turn = 0; id != 0 && turn < turns_max && ::syscall(SYS_tgkill, ::getpid(), id, 0) == 0; ++turn)
        std::this_thread::yield();
  }

  /// @returns whether there were `count`.
  bool take(std::size_t count) try {
    threads_.reserve(count);
    ids_ = std::vector<std::atomic<int>>(count);
    while (threads_.size() < count)
      threads_.emplace_back([this, &id = ids_[threads_.size()]] {
        id = static_cast<int>(::syscall(SYS_gettid));
        over_.wait(false);
      });
    return true;
  } catch (const std::exception&) { // of the system's or of memory
    return false;
  }

  std::size_t count() const noexcept { return threads_.size(); }

private:
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
  std::vector<std::atomic<int>> ids_;
};

/// @returns whether `bytes` of address space were free.
bool has_memory(std::size_t bytes) {
  if (bytes == 0)
    return true;
  void* const taken = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return taken != MAP_FAILED && ::munmap(taken, bytes) == 0;
}

tl::unexpected<error> too_few(std::string_view what, std::size_t wanted, std::size_t there,
                              const std::string& kind, const std::string& advice) {
  return fail(errc::io_error, std::string{what} + " needs " + std::to_string(wanted) + " more " + kind
                                  + ", and " + std::to_string(there) + " can be had: " + advice);
}

} // namespace

result<void> check_room(const room& wanted, std::string_view what) try {
  const signal_shield shield;
  std::vector<unshared_descriptor> descriptors;
  while (descriptors.size() < wanted.descriptors)
    if (!descriptors.emplace_back(::eventfd(0, EFD_CLOEXEC)))
      return too_few(what, wanted.descriptors, descriptors.size() - 1, "open files",
                     "raise the limit (ulimit -n, LimitNOFILE= of a service) or close some");
  taken_threads threads;
  if (!threads.take(wanted.threads))
    return too_few(what, wanted.threads, threads.count(), "threads",
                   "raise the limit of processes (ulimit -u, LimitNPROC= or TasksMax= of a service) or of "
                   "memory (ulimit -v)");
  constexpr std::size_t mebibyte = 1024 * 1024;
  const auto memory_bytes = wanted.memory_bytes + wanted.threads * thread_memory_bytes;
  if (!has_memory(memory_bytes))
    return fail(errc::io_error, std::string{what} + " needs " + std::to_string(memory_bytes / mebibyte)
                                    + " MiB more of address space: raise the limit (ulimit -v, LimitAS= of "
                                      "a service)");
  return {};
} catch (const std::exception&) {
  return fail(errc::io_error,
              std::string{what} + " has no memory left: raise the limit (ulimit -v, LimitAS=)");
}

std::uint64_t file_bytes_max() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<std::uint64_t>::max();
  return limit.rlim_cur;
}

} // namespace cluster_store
