#include <cluster_store/apps/support/program_start.hpp>

#include <csignal>
#include <initializer_list>

#include <cluster_store/backends/standard_streams.hpp>

namespace cluster_store::apps {

namespace {

void unblock_all() noexcept {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace

void begin_program() noexcept {
  secure_standard_streams();
  for (const int number : {SIGPIPE, SIGXFSZ})
    ::signal(number, SIG_IGN);
  unblock_all();
}

void reset_signals() noexcept {
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ})
    ::signal(number, SIG_DFL);
  unblock_all();
}

} // namespace cluster_store::apps
