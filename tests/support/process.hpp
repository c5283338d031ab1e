#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <cluster_store/tests/support/file_descriptor.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

namespace cluster_store::tests {

/// What to start. The environment is the test's own without `CLUSTER_STORE_*`, plus `environment`.
struct program {
  std::vector<std::string> arguments; ///< The first is the path of the program.
  std::map<std::string, std::string> environment;
  /// What the new process does before it becomes the program: limits, another user, closed descriptors,
  /// signals. Only calls that are safe between fork and exec.
  std::function<void()> before_start{};
};

/// How a process ended: its exit code, or minus the number of the signal that killed it.
using exit_code = int;

/// A program under test with pipes at its standard streams. Nothing blocks longer than its deadline.
///
/// Threads: the one that started it (it dies with that thread). Ownership: the end of the object kills and
/// reaps it.
class process {
public:
  explicit process(const program& what);
  process(process&&) = delete;
  ~process();

  pid_t id() const noexcept { return id_; }

  /// Queues bytes for its standard input; `pump` writes them as the process reads.
  void write(std::string_view bytes);

  /// Closes its standard input once all that was queued is written.
  void close_input();

  /// @returns bytes that are queued and not yet written.
  std::size_t unwritten() const noexcept { return input_.size() - input_written_; }

  /// Writes and reads what is possible now for all of `processes`, waiting up to `wait` for the first of it.
  static void pump(std::span<process* const> processes, std::chrono::milliseconds wait);
  void pump(std::chrono::milliseconds wait);

  /// Takes the next complete line of its standard output, without the newline; does not read.
  std::optional<std::string> take_line();

  /// Reads until there is a line or nothing more comes.
  std::optional<std::string> await_line(deadline limit);

  /// All of standard output that `take_line` did not take, and all of standard error, as far as it was read.
  std::string_view output() const { return std::string_view{output_}.substr(output_taken_); }
  const std::string& errors() const noexcept { return errors_; }

  /// After SIGSTOP it returns once the process stands still.
  void signal(int number) const;

  /// @returns whether it ended; reaps it.
  bool ended();

  /// Pumps until the process has ended and its output is read to the end.
  /// @returns nothing if it did not end in time.
  std::optional<exit_code> wait(deadline limit);

private:
  void start(const program& what);
  void feed();
  static void drain(file_descriptor& from, std::string& into);

  pid_t id_ = -1;
  std::optional<exit_code> code_;
  file_descriptor input_pipe_;
  file_descriptor output_pipe_;
  file_descriptor errors_pipe_;
  std::string input_;
  std::size_t input_written_ = 0;
  bool close_input_ = false;
  std::string output_;
  std::size_t output_taken_ = 0;
  std::string errors_;
};

/// What a program that ran to its end left behind.
struct completed {
  exit_code code = 0;
  std::string output;
  std::string errors;
};

/// Runs `what` to its end with `input` at its standard input.
/// @throws std::runtime_error naming the program if it does not end before `limit`; it is killed then.
completed run(const program& what, std::string_view input = {},
              deadline limit = within(std::chrono::seconds{30}));

/// @returns the resident memory of a running process now, and the most it ever had, in bytes; 0 if it ended.
std::size_t resident_bytes(pid_t id);
std::size_t resident_bytes_peak(pid_t id);

/// Address space that a process has taken, in bytes.
std::size_t address_space_bytes(pid_t id);

/// @returns how many descriptors a running process has open.
std::size_t open_descriptors(pid_t id);

} // namespace cluster_store::tests
