#include <cluster_store/apps/support/processes/child_process.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cluster_store/apps/support/program_start.hpp>
#include <cluster_store/apps/support/terminal/output.hpp>

namespace cluster_store::apps {

namespace {

using steady = std::chrono::steady_clock;

std::chrono::milliseconds until(steady::time_point end) {
  return std::max(std::chrono::milliseconds{0},
                  std::chrono::duration_cast<std::chrono::milliseconds>(end - steady::now()));
}

tl::unexpected<error> refuse(const std::string& program) {
  return fail(errc::io_error, "cannot start " + program + ": " + std::strerror(errno));
}

struct child_side {
  int input;
  int output;
  int errors; ///< -1 = as its parent's.
  pid_t parent;
  const cpu_set_t* processors; ///< Null = as its parent's.
};

/// The child's way from fork to exec: only what is safe there, no memory is allocated.
[[noreturn]] void execute(char* const* arguments, const child_side& side) {
  constexpr int cannot_execute = 127; // as shells do
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != side.parent)
    ::_exit(cannot_execute);
  ::setpgid(0, 0);
  ::dup2(side.input, STDIN_FILENO);
  ::dup2(side.output, STDOUT_FILENO);
  if (side.errors != -1)
    ::dup2(side.errors, STDERR_FILENO);
  if (side.processors != nullptr && ::sched_setaffinity(0, sizeof(cpu_set_t), side.processors) != 0)
    ::_exit(cannot_execute);
  reset_signals();
  ::execv(arguments[0], arguments);
  ::_exit(cannot_execute);
}

} // namespace

result<child_process> child_process::start(const std::vector<std::string>& arguments, const std::string& log,
                                           std::optional<unsigned> processor) {
  int input[2];
  int output[2];
  if (::pipe2(input, O_CLOEXEC) != 0)
    return refuse(arguments.front());
  if (::pipe2(output, O_CLOEXEC) != 0) {
    ::close(input[0]);
    ::close(input[1]);
    return refuse(arguments.front());
  }
  const int errors = log.empty() ? -1 : ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<char*> pointers;
  for (const auto& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (processor)
    CPU_SET(*processor, &processors);
  const auto parent = ::getpid();
  const auto id = ::fork();
  if (id == 0)
    execute(pointers.data(), {input[0], output[1], errors, parent, processor ? &processors : nullptr});
  ::close(input[0]);
  ::close(output[1]);
  if (errors != -1)
    ::close(errors);
  child_process started{id, input[1], output[0]};
  if (id < 0)
    return refuse(arguments.front());
  return started;
}

child_process::child_process(child_process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      read_(std::move(other.read_)),
      code_(std::exchange(other.code_, std::nullopt)) {}

child_process& child_process::operator=(child_process&& other) noexcept {
  if (this != &other) {
    release();
    id_ = std::exchange(other.id_, -1);
    input_ = std::exchange(other.input_, -1);
    output_ = std::exchange(other.output_, -1);
    read_ = std::move(other.read_);
    code_ = std::exchange(other.code_, std::nullopt);
  }
  return *this;
}

child_process::~child_process() {
  release();
}

void child_process::release() {
  close_input();
  if (output_ != -1)
    ::close(std::exchange(output_, -1));
  if (id_ > 0 && !code_) {
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

std::optional<std::string> child_process::read_line(std::chrono::milliseconds wait) {
  const auto end = steady::now() + wait;
  for (;;) {
    if (const auto line_end = read_.find('\n'); line_end != std::string::npos) {
      auto line = read_.substr(0, line_end);
      read_.erase(0, line_end + 1);
      return line;
    }
    pollfd source{output_, POLLIN, 0};
    const int ready = ::poll(&source, 1, static_cast<int>(until(end).count()));
    if (ready <= 0) // also when a signal interrupts: the caller has something else to do then
      return std::nullopt;
    char block[4096];
    const auto count = ::read(output_, block, sizeof(block));
    if (count <= 0)
      return std::nullopt;
    read_.append(block, static_cast<std::size_t>(count));
  }
}

result<void> child_process::write(std::string_view text) {
  if (const int problem = write_all(input_, text); problem != 0)
    return fail(errc::io_error,
                "a program that was started does not read any more: " + std::string{std::strerror(problem)});
  return {};
}

void child_process::close_input() {
  if (input_ != -1)
    ::close(std::exchange(input_, -1));
}

void child_process::signal(int number) const {
  ::kill(id_, number);
}

std::optional<int> child_process::wait(std::chrono::milliseconds time) {
  if (code_)
    return code_;
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
  const auto end = steady::now() + time;
  pollfd ended{descriptor, POLLIN, 0};
  while (::poll(&ended, 1, static_cast<int>(until(end).count())) < 0 && errno == EINTR) {
  }
  if (descriptor != -1)
    ::close(descriptor);
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) == id_)
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return code_;
}

std::string program_beside(const std::string& name) {
  std::error_code ignored;
  return (std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / name).string();
}

} // namespace cluster_store::apps
