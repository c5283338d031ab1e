#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// A program that this one runs, with pipes at its standard input and output.
///
/// It has a process group of its own, so Ctrl-C reaches only its parent, and is killed when the thread that
/// started it ends. Threads: the one that started it. Ownership: the end of the object kills and reaps it.
class child_process {
public:
  /// Starts `arguments[0]`, a path.
  /// @param log file that its standard error is appended to; empty = this process's own.
  /// @param processor the only one it may run on (apps/support/processors.hpp); none = as this thread.
  /// @errors `io_error` with the system's reason. A program that cannot be executed ends with code 127.
  static result<child_process> start(const std::vector<std::string>& arguments, const std::string& log = {},
                                     std::optional<unsigned> processor = {});

  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&& other) noexcept;
  ~child_process();

  pid_t id() const noexcept { return id_; }

  /// @returns the next line of its output; nothing if none comes in time or its output has ended.
  std::optional<std::string> read_line(std::chrono::milliseconds wait);

  /// Writes all of `text` to its standard input. Blocks until it has read nearly all.
  /// @pre SIGPIPE is ignored. @errors `io_error` if it does not read any more.
  result<void> write(std::string_view text);

  /// Closes its standard input.
  void close_input();

  /// Sends it a signal. @pre it was not reaped yet.
  void signal(int number) const;

  /// Waits for its end. @returns its exit code, or minus the number of the signal that ended it; nothing if
  /// it does not end in time.
  std::optional<int> wait(std::chrono::milliseconds time);

private:
  child_process(pid_t id, int input, int output) : id_(id), input_(input), output_(output) {}
  void release();

  pid_t id_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string read_;
  std::optional<int> code_;
};

/// @returns the path of the program `name` in the directory of the running program.
std::string program_beside(const std::string& name);

} // namespace cluster_store::apps
