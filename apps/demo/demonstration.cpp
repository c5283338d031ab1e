#include <cluster_store/apps/demo/demonstration.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <iostream>
#include <vector>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/demo/worker.hpp>
#include <cluster_store/apps/support/processes/master_process.hpp>
#include <cluster_store/apps/support/terminal/table.hpp>
#include <cluster_store/apps/support/terminal/terminal.hpp>

namespace cluster_store::apps {

namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr int kills = 2;

volatile std::sig_atomic_t interrupted = 0;

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(number, &action, nullptr);
}

void say(const std::string& text) {
  static const auto begun = steady::now();
  const auto tenths = std::chrono::duration_cast<milliseconds>(steady::now() - begun).count() / 100;
  std::cout << emphasised(std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s") << "  "
            << text << std::endl;
}

tl::unexpected<error> give_up(const std::string& why) {
  return fail(errc::io_error, why);
}

/// Shows what the processes said, when something went wrong.
void show_logs(const temporary_directory& directory) {
  for (const auto* name : {"master.log", "workers.log"})
    if (std::ifstream log{directory / name}; log && log.peek() != std::ifstream::traits_type::eof())
      std::cerr << "---- " << name << '\n' << log.rdbuf() << '\n';
}

/// A worker process as the demonstration sees it.
struct worker {
  child_process process;
  std::uint64_t acknowledged = 0;
  worker_report report;
  std::uint64_t missing = 0;
};

class demonstration {
public:
  static result<demonstration> start();

  /// @returns whether all went as it should.
  result<bool> run();

private:
  demonstration(temporary_directory directory, master_process master)
      : directory_(std::move(directory)), master_(std::move(master)) {}

  result<void> start_workers();
  result<void> watch(milliseconds time);
  result<void> kill_master(int round);
  result<void> collect_reports();
  result<void> verify();
  std::uint64_t acknowledged() const;
  bool conclude() const;

  temporary_directory directory_;
  master_process master_;
  std::vector<worker> workers_;
};

result<demonstration> demonstration::start() {
  auto directory = temporary_directory::create();
  if (!directory)
    return tl::unexpected{directory.error()};
  say("Starting a master: cluster-store serve, a RocksDB store (sync=always) on a Unix socket.");
  auto master = master_process::start(
      {.store = "default=rocksdb:" + (*directory / "data"), .tcp = false, .log = *directory / "master.log"});
  if (!master) {
    show_logs(*directory);
    return tl::unexpected{master.error()};
  }
  say("The master is ready: process " + std::to_string(master->id()) + ".");
  return demonstration{*std::move(directory), *std::move(master)};
}

result<void> demonstration::start_workers() {
  say("Starting " + std::to_string(demo_workers) + " worker processes that share sessions through it.");
  for (int number = 1; number <= demo_workers; ++number) {
    auto process = child_process::start({program_beside("cluster-store-demo"), "--worker",
                                         std::to_string(number), "--connect", to_string(master_.where())},
                                        directory_ / "workers.log");
    if (!process)
      return tl::unexpected{process.error()};
    if (process->read_line(std::chrono::seconds{10}) != "connected")
      return give_up("worker " + std::to_string(number) + " did not connect");
    workers_.push_back({*std::move(process), 0, {}, 0});
  }
  return {};
}

/// Reads what the workers tell for `time`.
result<void> demonstration::watch(milliseconds time) {
  constexpr milliseconds turn{20};
  for (const auto end = steady::now() + time; steady::now() < end;)
    for (auto& each : workers_) {
      if (interrupted != 0)
        return give_up("interrupted");
      const auto line = each.process.read_line(turn);
      if (line && line->starts_with("progress "))
        each.acknowledged = std::stoull(line->substr(9));
      if (!line && each.process.wait(milliseconds{0}))
        return give_up("a worker process ended early");
    }
  return {};
}

std::uint64_t demonstration::acknowledged() const {
  std::uint64_t sum = 0;
  for (const auto& each : workers_)
    sum += each.acknowledged;
  return sum;
}

result<void> demonstration::kill_master(int round) {
  say("kill -9 of the master (" + std::to_string(round) + " of " + std::to_string(kills) + "), process "
      + std::to_string(master_.id()) + ", after " + std::to_string(acknowledged())
      + " acknowledged writes and with others under way.");
  master_.kill();
  if (auto watched = watch(milliseconds{700}); !watched)
    return watched;
  say("Starting the master again, on the data it left behind.");
  if (auto started = master_.restart(); !started)
    return started;
  const auto before = acknowledged();
  say("It is ready: process " + std::to_string(master_.id()) + ". The workers reconnect by themselves.");
  auto watched = watch(milliseconds{2'500});
  if (watched)
    say("They went on: " + std::to_string(acknowledged() - before) + " writes acknowledged since.");
  return watched;
}

result<void> demonstration::collect_reports() {
  say("Asking the workers to finish.");
  for (auto& each : workers_)
    each.process.close_input();
  for (auto& each : workers_) {
    bool reported = false;
    for (const auto end = steady::now() + std::chrono::seconds{20}; !reported && steady::now() < end;) {
      if (interrupted != 0)
        return give_up("interrupted");
      const auto line = each.process.read_line(milliseconds{100});
      reported = line && read_report_line(*line, each.report);
    }
    if (!reported || each.process.wait(std::chrono::seconds{10}) != 0)
      return give_up("a worker process did not finish cleanly");
  }
  return {};
}

/// Looks up every acknowledged write through a handle of its own.
result<void> demonstration::verify() {
  constexpr std::size_t window = 256;
  options how;
  how.mode = mode::worker;
  how.where = master_.where();
  auto store = cluster_store::open(how);
  if (!store)
    return tl::unexpected{store.error()};
  say("Looking up all that was acknowledged, from a process that wrote none of it.");
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    auto& each = workers_[index];
    const auto owner = static_cast<int>(index) + 1;
    auto& skipped = each.report.unacknowledged;
    std::sort(skipped.begin(), skipped.end());
    std::vector<std::future<result<std::optional<session>>>> answers(window);
    for (std::uint64_t number = 0; number < each.report.writes + window; ++number) {
      auto& answer = answers[number % window];
      if (number >= window && !std::binary_search(skipped.begin(), skipped.end(), number - window)
          && number - window < each.report.writes) {
        const auto found = answer.get();
        if (!found)
          return tl::unexpected{found.error()};
        each.missing += *found && (*found)->data == demo_data(owner, number - window) ? 0 : 1;
      }
      if (number < each.report.writes)
        answer = store->get_async(demo_id(owner, number));
    }
  }
  store->close();
  return {};
}

bool demonstration::conclude() const {
  table rows{{"worker", "operations", "acknowledged", "unanswered", "reconnects", "longest pause",
              "read of others", "wrong reads", "missing"}};
  bool good = true;
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    const auto& [process, progress, report, missing] = workers_[index];
    rows.add({std::to_string(index + 1), std::to_string(report.operations),
              std::to_string(report.acknowledged()), std::to_string(report.unacknowledged.size()),
              std::to_string(report.reconnects), std::to_string(report.longest_pause_ms) + " ms",
              std::to_string(report.reads_of_others), std::to_string(report.wrong_reads),
              std::to_string(missing)});
    good = good && report.acknowledged() > 0 && report.reads_of_others > 0 && report.reconnects >= kills
           && report.wrong_reads == 0 && missing == 0;
  }
  std::cout << '\n' << rows.text() << '\n';
  return good;
}

result<bool> demonstration::run() {
  auto done = start_workers();
  if (done)
    done = watch(milliseconds{2'000});
  for (int round = 1; done && round <= kills; ++round)
    done = kill_master(round);
  if (done)
    done = collect_reports();
  if (done)
    done = verify();
  const bool good = done && conclude();
  if (!good && interrupted == 0)
    show_logs(directory_);
  return done.map([good] { return good; });
}

} // namespace

int run_demonstration() {
  stop_on_signals();
  const auto outcome = demonstration::start().and_then([](demonstration show) { return show.run(); });
  if (interrupted != 0) {
    std::cout << "Interrupted; everything that was started is gone." << std::endl;
    return 130;
  }
  if (!outcome) {
    std::cerr << "The demonstration failed: " << outcome.error().message << '\n';
    return 1;
  }
  std::cout << (*outcome ? "Nothing that was acknowledged is missing, and every worker reconnected by itself."
                         : "This is NOT what should have happened: see the table.")
            << std::endl;
  return *outcome && std::cout ? 0 : 1;
}

} // namespace cluster_store::apps
