#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>

#include <cluster_store/apps/bench/crew.hpp>
#include <cluster_store/apps/bench/measure.hpp>
#include <cluster_store/apps/bench/report/plot.hpp>
#include <cluster_store/apps/support/program_start.hpp>
#include <cluster_store/apps/support/terminal/output.hpp>

#include <unistd.h>

namespace cluster_store::apps {

namespace {

enum exit_code { done = 0, usage = 2, failed = 5 };

std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

/// The first Ctrl-C lets the program clean up, the second one ends it. Calls that wait are interrupted.
void stop_on(int number) {
  struct sigaction action {};
  action.sa_handler = [](int) { stop = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(number, &action, nullptr);
}

int report_problem(const error& problem, bool json) {
  std::cerr << failure_text(problem, json);
  return problem.code == errc::invalid_argument ? usage : failed;
}

/// @returns `done`, or `failed` having said so if stdout takes nothing although somebody may read it.
int print(const std::string& text, bool json) {
  const int problem = write_all(STDOUT_FILENO, text);
  if (problem == 0 || problem == EPIPE)
    return done;
  return report_problem(
      {errc::io_error, std::string{"cannot write to the standard output: "} + std::strerror(problem)}, json);
}

int run(const bench_settings& how) {
  stop_on(SIGINT);
  stop_on(SIGTERM);
  const auto report = measure(how, stop);
  if (!report && stop) // whatever it was that noticed first
    return report_problem({errc::unavailable, "interrupted"}, how.json);
  if (!report)
    return report_problem(report.error(), how.json);
  if (const int printed = print(how.json ? report_json(*report) : report_text(*report), how.json);
      printed != done)
    return printed;
  if (!how.plot_file.empty())
    if (const auto written = write_file(how.plot_file, svg_text(plot_of(*report))); !written)
      return report_problem(written.error(), how.json);
  if (report->check && !report->check->ok())
    return report_problem(
        {errc::unavailable,
         "the self check failed: much less was seen of Redis than of a Redis alone, or than redis-benchmark "
         "sees, so something else uses this machine: run again on a quiet one"},
        how.json);
  return report->errors == 0 ? done : failed;
}

} // namespace

} // namespace cluster_store::apps

int main(int argc, char** argv) {
  using namespace cluster_store::apps;
  begin_program();
  const auto read = parse_command_line({argv + 1, argv + argc});
  if (read.exit_code)
    return *read.exit_code;
  return read.how.member > 0 ? run_member(read.how) : run(read.how);
}
