#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/tests/support/catch.hpp>

namespace cluster_store::tests {

/// `writer.cpp` as a process. Killed and reaped at the end of the object.
class writer_process {
public:
  explicit writer_process(std::vector<std::string> arguments) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    arguments.insert(arguments.begin(), CLUSTER_STORE_TEST_WRITER);
    std::vector<char*> words;
    for (auto& each : arguments)
      words.push_back(each.data());
    words.push_back(nullptr);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(pipe[1], STDOUT_FILENO);
      ::close(pipe[0]);
      ::close(pipe[1]);
      ::execv(words.front(), words.data());
      ::_exit(127);
    }
    ::close(pipe[1]);
    output_ = pipe[0];
  }
  writer_process(const writer_process&) = delete;
  writer_process& operator=(const writer_process&) = delete;
  ~writer_process() {
    kill();
    reap();
    ::close(output_);
  }

  /// @returns the next number it tells, or nothing once it is dead and has told all.
  std::optional<std::uint64_t> next() const {
    std::uint64_t number = 0;
    return ::read(output_, &number, sizeof number) == sizeof number ? std::optional{number} : std::nullopt;
  }

  pid_t id() const noexcept { return id_; }

  void kill() const {
    if (id_ > 0)
      ::kill(id_, SIGKILL);
  }

  /// Waits for its end. @returns whether it was killed.
  bool reap() {
    int status = 0;
    if (id_ > 0)
      ::waitpid(id_, &status, 0);
    id_ = 0;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

private:
  pid_t id_ = 0;
  int output_ = -1;
};

} // namespace cluster_store::tests
