#include <cluster_store/backends/system/memory_return.hpp>

#include <csignal>

#include <chrono>
#include <system_error>
#include <utility>

#ifdef __GLIBC__
#  include <malloc.h>
#endif

namespace cluster_store {

namespace {

void give_back(std::shared_ptr<void> things) {
  things.reset();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/// While it lives, threads that are started are not chosen to handle the program's signals.
class all_signals_blocked {
public:
  all_signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  all_signals_blocked(const all_signals_blocked&) = delete;
  all_signals_blocked& operator=(const all_signals_blocked&) = delete;
  ~all_signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_{};
};

} // namespace

void memory_return::take(std::shared_ptr<void> things) {
  std::erase_if(running_, [](const auto& each) {
    return each.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  });
  try {
    const all_signals_blocked here;
    running_.push_back(std::async(std::launch::async, give_back, std::move(things)));
  } catch (const std::system_error&) { // no thread left: what is destroyed now is given back another time
  }
}

} // namespace cluster_store
