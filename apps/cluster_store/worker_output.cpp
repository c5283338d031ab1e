#include <cluster_store/apps/cluster_store/worker_output.hpp>

#include <cerrno>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/apps/support/terminal/output.hpp>
#include <cluster_store/apps/support/terminal/terminal.hpp>

namespace cluster_store::apps {

namespace {

/// @returns whether two descriptors write to the same file, pipe or terminal.
bool is_same(int one, int other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 && first.st_dev == second.st_dev
         && first.st_ino == second.st_ino;
}

} // namespace

worker_output::worker_output()
    : is_one_stream_(is_same(STDOUT_FILENO, STDERR_FILENO)),
      output_has_numbers_(stdout_is_terminal()),
      errors_have_numbers_(stderr_is_terminal()) {}

void worker_output::take(const child_line& line) {
  std::string text;
  if (line.is_error ? errors_have_numbers_ : output_has_numbers_)
    text = '[' + std::to_string(line.worker) + "] ";
  text.append(line.text) += '\n';
  auto& mutex = line.is_error || is_one_stream_ ? stderr_lines() : own_;
  const std::unique_lock lock{mutex};
  constexpr int looks_max = 20; // a second
  if (given_up_)
    return;
  const auto gives_up = [this, looks = 0]() mutable { return ended_ && ++looks > looks_max; };
  if (write_unless(line.is_error ? STDERR_FILENO : STDOUT_FILENO, text, gives_up) == ETIMEDOUT)
    given_up_ = true;
}

} // namespace cluster_store::apps
