#pragma once

#include <array>
#include <csignal>
#include <functional>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>

namespace cluster_store::tests {

/// A forked child that does something and then lives on, doing nothing, until the end of the object.
class waiting_child {
public:
  /// Returns when the child has done `what`. @param what only makes system calls: the child has no other
  /// threads, but their locks.
  explicit waiting_child(const std::function<bool()>& what = [] { return true; }) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const char said = what() ? 1 : 0;
      if (::write(pipe[1], &said, 1) == 1)
        for (;;)
          ::pause();
      ::_exit(1);
    }
    char said = 0;
    done_ = ::read(pipe[0], &said, 1) == 1 && said == 1;
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
  waiting_child(const waiting_child&) = delete;
  waiting_child& operator=(const waiting_child&) = delete;
  ~waiting_child() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }

  pid_t id() const noexcept { return id_; }

  /// @returns what `what` returned.
  bool done() const noexcept { return done_; }

private:
  pid_t id_ = -1;
  bool done_ = false;
};

} // namespace cluster_store::tests
