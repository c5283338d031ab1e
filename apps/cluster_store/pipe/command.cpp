#include <cluster_store/apps/cluster_store/commands.hpp>

#include <atomic>
#include <cstring>
#include <memory>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cluster_store/apps/cluster_store/pipe/pipe.hpp>
#include <cluster_store/apps/support/option_checks.hpp>
#include <cluster_store/apps/support/terminal/input.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::size_t block_bytes = 256 * 1024;

struct pipe_flags {
  connection where;
  std::uint32_t in_flight = pipe_limits{}.lines_max;
};

/// Wakes the thread that waits for input when nobody reads the answers any more.
class wake_signal {
public:
  wake_signal() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {}
  ~wake_signal() { ::close(descriptor_); }
  wake_signal(const wake_signal&) = delete;
  wake_signal& operator=(const wake_signal&) = delete;

  void raise() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(descriptor_, &one, sizeof(one)));
  }

  /// Readable once the signal was raised.
  int descriptor() const { return descriptor_; }

private:
  int descriptor_;
};

/// Feeds stdin to `lines` until it ends.
/// @returns 0 or the system's error number.
int feed_input(pipe& lines, const wake_signal& broken) {
  const input from{STDIN_FILENO, broken.descriptor()};
  std::vector<char> block(block_bytes);
  for (;;) {
    const auto count = from.read(block);
    if (!count)
      return count.error();
    if (*count == 0 || !lines.feed({block.data(), *count}))
      return 0;
  }
}

/// @param closing set once the pipe closes its handle itself, which is nothing to tell.
options pipe_options(options how, std::uint32_t in_flight,
                     const std::shared_ptr<std::atomic<bool>>& closing) {
  how.lazy = true;
  how.unavailable_after = std::chrono::seconds{1};
  how.queue.operations_max = 2 * in_flight; // a line that is sent again may be counted twice for a moment
  how.queue.bytes_max =
      2 * (pipe_limits{}.bytes_max + pipe_line_bytes_max); // the pipe's own limit comes first
  const auto where = to_string(how.where);
  how.on_disconnect = [where, closing](const error& why) {
    if (!*closing)
      note("lost the master at " + where + ": " + why.message + "; trying again");
  };
  how.on_role = [where](mode role) { note(role_text(role, where)); };
  return how;
}

exit_code run_pipe(const pipe_flags& flags) {
  flags.where.note_absence();
  const auto closing = std::make_shared<std::atomic<bool>>(false);
  auto store = cluster_store::open(pipe_options(flags.where.worker_options(), flags.in_flight, closing));
  if (!store)
    return report(store.error());

  auto outcome = printed::whole;
  const wake_signal broken;
  int read_problem = 0;
  {
    pipe_limits limits;
    limits.lines_max = flags.in_flight;
    pipe lines{*store, limits,
               [&](std::string_view block) {
                 outcome = print(block);
                 return outcome == printed::whole;
               },
               [&] { broken.raise(); }};
    read_problem = feed_input(lines, broken);
    lines.finish();
    *closing = true;
    store->close(); // answers what is pending if nobody reads any more
  }
  if (read_problem != 0)
    return report(
        {errc::io_error, std::string{"cannot read the standard input: "} + std::strerror(read_problem)});
  return outcome == printed::failed ? exit_code::failed : exit_code::done;
}

} // namespace

void add_pipe_command(command_table& table) {
  const auto flags = std::make_shared<pipe_flags>();
  auto& command = table.add(
      "pipe", "Runs operations read as NDJSON from stdin; answers as NDJSON on stdout, in any order",
      "echo '{\"seq\":1,\"op\":\"set\",\"id\":\"a\",\"data\":\"x\",\"ttl_ms\":60000}' | cluster-store pipe\n"
      "echo '{\"seq\":2,\"op\":\"get\",\"id\":\"a\"}' | cluster-store pipe --store sessions\n"
      "operations: set get touch destroy regenerate all length clear; see docs/operations.md",
      [flags] { return run_pipe(*flags); });
  flags->where.add_to(command);
  flags->where.add_admin_flag(command);
  flags->where.add_automatic_flag(command);
  add_json_flag(command, true);
  command.add_option("--in-flight", flags->in_flight, "how many lines to let out before reading on")
      ->check(whole_number(1, store_options{}.in_flight_max))
      ->type_name("N")
      ->capture_default_str();
}

} // namespace cluster_store::apps
