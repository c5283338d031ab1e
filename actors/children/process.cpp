#include <cluster_store/actors/children/process.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if __has_include(<boost/process/v1/child.hpp>)
#  include <boost/process/v1/args.hpp>
#  include <boost/process/v1/child.hpp>
#  include <boost/process/v1/env.hpp>
#  include <boost/process/v1/environment.hpp>
#  include <boost/process/v1/error.hpp>
#  include <boost/process/v1/exe.hpp>
#  include <boost/process/v1/extend.hpp>
#else
#  include <boost/process/args.hpp>
#  include <boost/process/child.hpp>
#  include <boost/process/env.hpp>
#  include <boost/process/environment.hpp>
#  include <boost/process/error.hpp>
#  include <boost/process/exe.hpp>
#  include <boost/process/extend.hpp>
#endif

namespace cluster_store::actors {

namespace {

#if __has_include(<boost/process/v1/child.hpp>)
namespace boost_process = boost::process::v1;
#else
namespace boost_process = boost::process;
#endif

/// The child's way from fork to exec, where only what is safe in signal handlers may be called.
class preparation : public boost_process::extend::handler {
public:
  preparation(int input, const program_start& what)
      : streams_{input, what.output, what.errors}, parent_(::getpid()) {}

  template <class Executor>
  void on_exec_setup(Executor&) const {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent_) // it died before we asked to hear of that
      ::_exit(EXIT_FAILURE);
    for (int stream = 0; stream < 3; ++stream)
      if (streams_[stream] != -1)
        ::dup2(streams_[stream], stream);
    // What a parent ignores or blocks, a program ignores and blocks, too, unless it thinks of that.
    for (int number = 1; number < NSIG; ++number)
      ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  /// A child that could not execute its program is left to be reaped.
  template <class Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    if (executor.pid > 0)
      while (::waitpid(executor.pid, nullptr, 0) < 0 && errno == EINTR) {
      }
  }

private:
  int streams_[3];
  pid_t parent_;
};

descriptor beyond_standard_streams(int number) {
  descriptor given{number};
  return number > STDERR_FILENO || number < 0
             ? std::move(given)
             : descriptor{::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

tl::unexpected<error> refuse(const std::string& what, int problem) {
  return fail(errc::io_error, what + ": " + std::strerror(problem));
}

/// @returns whether it would be the same at every further try.
bool is_lasting(int problem) {
  for (const int each : {ENOENT, EACCES, ENOEXEC, ENOTDIR, EISDIR, ELOOP, EPERM, E2BIG, ENAMETOOLONG})
    if (problem == each)
      return true;
  return false;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status))
    return "by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
  return "with code " + std::to_string(WEXITSTATUS(status));
}

} // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

descriptor::~descriptor() {
  if (number_ != -1)
    ::close(number_);
}

result<pipe_ends> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return refuse("cannot make a pipe", errno);
  pipe_ends made{beyond_standard_streams(ends[0]), beyond_standard_streams(ends[1])};
  if (made.read.number() < 0 || made.write.number() < 0)
    return refuse("cannot make a pipe", errno);
  return made;
}

class child_process::handle {
public:
  explicit handle(boost_process::child made) : child(std::move(made)) {}
  ~handle() { child.detach(); }

  boost_process::child child;
};

result<child_process> child_process::start(const program_start& what) {
  const auto input = beyond_standard_streams(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (input.number() < 0)
    return refuse("cannot open /dev/null", errno);
  boost_process::environment environment{boost::this_process::environment()};
  for (const auto& [name, value] : what.variables)
    environment.set(name, value); // `[]` of Boost 1.74 reads beyond the end of shorter variables
  std::error_code problem;
  boost_process::child made{boost_process::exe = what.path, boost_process::args = what.arguments, environment,
                            preparation{input.number(), what}, problem};
  if (!problem)
    return child_process{std::make_unique<handle>(std::move(made))};
  const auto text = "cannot execute " + what.path + ": " + problem.message();
  return fail(is_lasting(problem.value()) ? errc::invalid_argument : errc::io_error, text);
}

child_process::child_process(std::unique_ptr<handle> made)
    : handle_(std::move(made)), ending_(static_cast<int>(::syscall(SYS_pidfd_open, id(), 0))) {}

child_process::child_process(child_process&&) noexcept = default;
child_process::~child_process() = default;

pid_t child_process::id() const noexcept {
  return handle_->child.id();
}

std::optional<std::string> child_process::ended() {
  std::error_code problem;
  if (handle_->child.running(problem))
    return std::nullopt;
  if (problem) // somebody else in this program waits for all children
    return "in an unknown way";
  return how_it_ended(handle_->child.native_exit_code());
}

void child_process::signal(int number) const noexcept {
  ::kill(id(), number);
}

} // namespace cluster_store::actors
