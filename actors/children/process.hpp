#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::actors {

/// An open descriptor, closed with this object, and in whatever this process executes.
class descriptor {
public:
  explicit descriptor(int number = -1) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();

  int number() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }

private:
  int number_;
};

/// The two ends of a pipe. @post both are beyond the standard streams.
struct pipe_ends {
  descriptor read;
  descriptor write;
};

/// @errors `io_error`.
result<pipe_ends> make_pipe();

/// A program to be started.
struct program_start {
  std::string path; ///< Absolute.
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> variables; ///< Besides those of this process.
  int output = -1;                                            ///< -1: as this process's own.
  int errors = -1;
};

/// A process that this one started, in a process group of its own. It gets SIGTERM when the thread that
/// started it ends.
///
/// Threads: the one that started it. Ownership: the end of the object neither ends nor reaps it.
class child_process {
public:
  /// Blocks until the program runs.
  /// @errors `invalid_argument` if it cannot be executed, `io_error` if the system has no room for it.
  static result<child_process> start(const program_start& what);

  child_process(child_process&&) noexcept;
  ~child_process();

  pid_t id() const noexcept;

  /// @returns a descriptor that is readable once it has ended, for the caller to close; -1 where the system
  /// has none, and after the first call.
  int release_ending() noexcept { return ending_.release(); }

  /// Reaps it. @returns how it ended, in words; nothing if it has not.
  std::optional<std::string> ended();

  /// @pre it was not reaped.
  void signal(int number) const noexcept;

private:
  class handle;
  explicit child_process(std::unique_ptr<handle> made);

  std::unique_ptr<handle> handle_;
  descriptor ending_;
};

} // namespace cluster_store::actors
