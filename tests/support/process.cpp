#include <cluster_store/tests/support/process.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cluster_store::tests {
namespace {

struct pipe_ends {
  file_descriptor read;
  file_descriptor write;
};

pipe_ends make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  return {file_descriptor{ends[0]}, file_descriptor{ends[1]}};
}

void make_non_blocking(const file_descriptor& what) {
  ::fcntl(what.number(), F_SETFL, ::fcntl(what.number(), F_GETFL) | O_NONBLOCK);
}

std::vector<std::string> environment_of(const program& what) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const std::string name{text.substr(0, text.find('='))};
    if (!name.starts_with("CLUSTER_STORE_") && !what.environment.contains(name))
      all.emplace_back(text);
  }
  for (const auto& [name, value] : what.environment)
    all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, char* const* environment, const std::array<int, 3>& streams,
                         pid_t parent, const std::function<void()>& before_start) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent)
    ::_exit(126);
  for (int target = 0; target < 3; ++target)
    ::dup2(streams[static_cast<std::size_t>(target)], target);
  ::signal(SIGPIPE, SIG_DFL);
  if (before_start)
    before_start();
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

std::size_t status_bytes(pid_t id, std::string_view field) {
  std::ifstream status{"/proc/" + std::to_string(id) + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return std::stoull(line.substr(field.size())) * 1024;
  return 0;
}

} // namespace

process::process(const program& what) {
  ::signal(SIGPIPE, SIG_IGN); // a program that closes its input early is for the test to notice
  start(what);
}

process::~process() {
  if (ended())
    return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void process::start(const program& what) {
  auto arguments = what.arguments;
  auto environment = environment_of(what);
  const auto argument_pointers = pointers_to(arguments);
  const auto environment_pointers = pointers_to(environment);
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  const std::array<int, 3> streams{input.read.number(), output.write.number(), errors.write.number()};
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0)
    throw std::system_error(errno, std::generic_category(), "fork");
  if (id_ == 0)
    become(argument_pointers.data(), environment_pointers.data(), streams, parent, what.before_start);
  input_pipe_ = std::move(input.write);
  output_pipe_ = std::move(output.read);
  errors_pipe_ = std::move(errors.read);
  for (const auto* end : {&input_pipe_, &output_pipe_, &errors_pipe_})
    make_non_blocking(*end);
}

void process::write(std::string_view bytes) {
  input_.append(bytes);
  feed();
}

void process::close_input() {
  close_input_ = true;
  feed();
}

void process::feed() {
  while (input_pipe_.is_open() && unwritten() > 0) {
    const auto written = ::write(input_pipe_.number(), input_.data() + input_written_, unwritten());
    if (written < 0 && errno == EAGAIN)
      return;
    if (written < 0) { // it closed its input or ended
      input_pipe_.close();
      return;
    }
    input_written_ += static_cast<std::size_t>(written);
    if (input_written_ > input_.size() / 2) {
      input_.erase(0, input_written_);
      input_written_ = 0;
    }
  }
  if (close_input_)
    input_pipe_.close();
}

void process::drain(file_descriptor& from, std::string& into) {
  std::array<char, 65536> buffer;
  while (from.is_open()) {
    const auto count = ::read(from.number(), buffer.data(), buffer.size());
    if (count > 0)
      into.append(buffer.data(), static_cast<std::size_t>(count));
    else if (count == 0 || errno != EAGAIN)
      from.close();
    else
      return;
  }
}

void process::pump(std::span<process* const> processes, std::chrono::milliseconds wait) {
  std::vector<pollfd> polled;
  for (const auto* each : processes) {
    if (each->output_pipe_.is_open())
      polled.push_back({each->output_pipe_.number(), POLLIN, 0});
    if (each->errors_pipe_.is_open())
      polled.push_back({each->errors_pipe_.number(), POLLIN, 0});
    if (each->input_pipe_.is_open() && each->unwritten() > 0)
      polled.push_back({each->input_pipe_.number(), POLLOUT, 0});
  }
  ::poll(polled.data(), polled.size(), static_cast<int>(wait.count()));
  for (auto* each : processes) {
    drain(each->output_pipe_, each->output_);
    drain(each->errors_pipe_, each->errors_);
    each->feed();
  }
}

void process::pump(std::chrono::milliseconds wait) {
  process* const self = this;
  pump(std::span{&self, 1}, wait);
}

std::optional<std::string> process::take_line() {
  const auto end = output_.find('\n', output_taken_);
  if (end == std::string::npos)
    return std::nullopt;
  auto line = output_.substr(output_taken_, end - output_taken_);
  output_taken_ = end + 1;
  if (output_taken_ > 65536 && output_taken_ > output_.size() / 2) {
    output_.erase(0, output_taken_);
    output_taken_ = 0;
  }
  return line;
}

std::optional<std::string> process::await_line(deadline limit) {
  for (;;) {
    if (auto line = take_line())
      return line;
    if (!output_pipe_.is_open() || std::chrono::steady_clock::now() >= limit)
      return std::nullopt;
    pump(left_until(limit));
  }
}

void process::signal(int number) const {
  if (code_)
    return;
  ::kill(id_, number);
  const auto stands_still = [this] {
    siginfo_t what{};
    return ::waitid(P_PID, static_cast<id_t>(id_), &what, WSTOPPED | WNOHANG) == 0 && what.si_pid == id_;
  };
  if (number == SIGSTOP && !wait_until(stands_still, within(std::chrono::seconds{5})))
    throw std::runtime_error("a process was told to stop and runs on");
}

bool process::ended() {
  int status = 0;
  if (!code_ && ::waitpid(id_, &status, WNOHANG) == id_)
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return code_.has_value();
}

std::optional<exit_code> process::wait(deadline limit) {
  while (output_pipe_.is_open() || errors_pipe_.is_open()) {
    if (std::chrono::steady_clock::now() >= limit)
      return std::nullopt;
    pump(left_until(limit));
  }
  // It closed its streams: what remains is the moment until the system reports its end.
  if (!wait_until([this] { return ended(); }, limit))
    return std::nullopt;
  return code_;
}

completed run(const program& what, std::string_view input, deadline limit) {
  process child{what};
  child.write(input);
  child.close_input();
  const auto code = child.wait(limit);
  if (!code) {
    std::string words;
    for (const auto& word : what.arguments)
      words += word + " ";
    throw std::runtime_error("did not end in time: " + words + "\n" + child.errors());
  }
  return {*code, std::string{child.output()}, child.errors()};
}

std::size_t resident_bytes(pid_t id) {
  return status_bytes(id, "VmRSS:");
}

std::size_t resident_bytes_peak(pid_t id) {
  return status_bytes(id, "VmHWM:");
}

std::size_t address_space_bytes(pid_t id) {
  return status_bytes(id, "VmSize:");
}

std::size_t open_descriptors(pid_t id) {
  const std::filesystem::directory_iterator entries{"/proc/" + std::to_string(id) + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

} // namespace cluster_store::tests
