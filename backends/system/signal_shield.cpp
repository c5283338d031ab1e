#include <cluster_store/backends/system/signal_shield.hpp>

#include <ctime>

#include <array>
#include <cerrno>

#include <pthread.h>

namespace cluster_store {

namespace {

constexpr std::array shielded{SIGPIPE, SIGXFSZ};

sigset_t set_of_shielded() noexcept {
  sigset_t all;
  sigemptyset(&all);
  for (const int number : shielded)
    sigaddset(&all, number);
  return all;
}

} // namespace

signal_shield::signal_shield() noexcept {
  sigpending(&pending_before_);
  const auto all = set_of_shielded();
  pthread_sigmask(SIG_BLOCK, &all, &before_);
}

signal_shield::~signal_shield() {
  sigset_t came;
  sigemptyset(&came);
  for (const int number : shielded)
    if (sigismember(&before_, number) == 0 && sigismember(&pending_before_, number) == 0)
      sigaddset(&came, number);
  constexpr timespec at_once{};
  while (sigtimedwait(&came, nullptr, &at_once) > 0 || errno == EINTR) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void signal_shield::keep() noexcept {
  const auto all = set_of_shielded();
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace cluster_store
