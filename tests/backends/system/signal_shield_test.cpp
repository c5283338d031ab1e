#include <cluster_store/backends/system/signal_shield.hpp>

#include <cerrno>
#include <thread>

#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;

namespace {

/// SIGPIPE as the system has it, which ends the process.
class deadly_pipe {
public:
  deadly_pipe() : before_(::signal(SIGPIPE, SIG_DFL)) {}
  deadly_pipe(const deadly_pipe&) = delete;
  deadly_pipe& operator=(const deadly_pipe&) = delete;
  ~deadly_pipe() { ::signal(SIGPIPE, before_); }

  /// Writes to a pipe that nobody reads. @returns the system's error number.
  static int write() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    const bool failed = ::write(ends[1], "x", 1) < 0;
    const int number = failed ? errno : 0;
    ::close(ends[1]);
    return number;
  }

private:
  sighandler_t before_;
};

bool is_blocked(int number) {
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  return sigismember(&now, number) == 1;
}

bool is_pending(int number) {
  sigset_t now;
  sigpending(&now);
  return sigismember(&now, number) == 1;
}

} // namespace

TEST_CASE("behind a shield a write to nobody is an error and no signal, also when the shield is gone") {
  const deadly_pipe deadly;
  {
    const signal_shield shield;
    CHECK(deadly_pipe::write() == EPIPE);
    CHECK(is_blocked(SIGXFSZ));
  }
  CHECK_FALSE(is_blocked(SIGPIPE));
  CHECK_FALSE(is_blocked(SIGXFSZ));
  CHECK_FALSE(is_pending(SIGPIPE));
}

TEST_CASE("a thread that was started behind a shield stays behind it") {
  const deadly_pipe deadly;
  std::thread started;
  {
    const signal_shield shield;
    started = std::thread{[] { CHECK(deadly_pipe::write() == EPIPE); }};
  }
  started.join();
}

TEST_CASE("a shield leaves alone what its thread blocked and what waited before") {
  const deadly_pipe deadly;
  sigset_t mine;
  sigemptyset(&mine);
  sigaddset(&mine, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &mine, nullptr);
  CHECK(deadly_pipe::write() == EPIPE);
  { const signal_shield shield; }
  CHECK(is_blocked(SIGPIPE));
  CHECK(is_pending(SIGPIPE));
  constexpr timespec at_once{};
  CHECK(sigtimedwait(&mine, nullptr, &at_once) == SIGPIPE);
  pthread_sigmask(SIG_UNBLOCK, &mine, nullptr);
}
