#include <csignal>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>

#include <cluster_store/apps/bench/report.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/master_process.hpp>
#include <cluster_store/apps/support/output.hpp>
#include <cluster_store/apps/support/terminal.hpp>

#include <unistd.h>

namespace cluster_store::apps {

namespace {

using std::chrono::milliseconds;

struct bench_flags {
  std::string workload = "get";
  std::string mode = "worker";
  std::string backend = "memory:";
  std::string transport = "unix";
  std::string connect;
  std::string store = "default";
  std::string secret_file;
  std::string tls_authority_file;
  std::uint32_t rounds = 5;
  std::string round = "2s";
  std::string warm_up = "1s";
  bool json = false;
  load_settings how;
};

/// A store handle and, if this program started one, its master.
struct subject {
  std::optional<master_process> master;
  client store;
  std::string where;
};

result<subject> open_standalone(const bench_flags& flags) {
  options how;
  how.store.uri = flags.backend;
  how.queue.operations_max = std::max<std::size_t>(how.queue.operations_max, flags.how.in_flight);
  return cluster_store::open(how).map([](client store) {
    return subject{std::nullopt, std::move(store), {}};
  });
}

result<subject> open_worker(const bench_flags& flags) {
  subject opened;
  options how;
  how.mode = mode::worker;
  how.worker_name = "cluster-store-bench";
  how.queue.operations_max = std::max<std::size_t>(how.queue.operations_max, flags.how.in_flight);
  how.store.name = flags.store;
  how.secret_file = flags.secret_file;
  how.tls.authority_file = flags.tls_authority_file;
  auto where = parse_endpoint(flags.connect);
  if (flags.connect.empty()) {
    auto master = master_process::start(
        {.store = flags.store + "=" + flags.backend, .tcp = flags.transport == "tcp", .log = {}});
    if (!master)
      return tl::unexpected{master.error()};
    opened.master.emplace(*std::move(master));
    where = opened.master->where();
    how.secret_file = opened.master->secret_file();
  }
  if (!where)
    return tl::unexpected{where.error()};
  how.where = *where;
  opened.where = to_string(*where);
  auto store = cluster_store::open(how);
  if (!store)
    return tl::unexpected{store.error()};
  opened.store = *std::move(store);
  return opened;
}

/// Runs a round and shows on a terminal how it goes.
std::unique_ptr<round_result> run_round(load& work, milliseconds time, const std::string& name) {
  if (!stderr_is_terminal())
    return work.run(time);
  std::promise<void> ended;
  std::thread progress{[&, over = ended.get_future()] {
    while (over.wait_for(milliseconds{200}) != std::future_status::ready)
      std::cerr << "\r\x1b[K" << name << ": " << work.completed() << " operations" << std::flush;
    std::cerr << "\r\x1b[K" << std::flush;
  }};
  auto seen = work.run(time);
  ended.set_value();
  progress.join();
  return seen;
}

result<bench_report> measure(const bench_flags& flags, milliseconds round, milliseconds warm_up) {
  auto opened = flags.mode == "standalone" ? open_standalone(flags) : open_worker(flags);
  if (!opened)
    return tl::unexpected{opened.error()};
  load work{opened->store, flags.how};
  if (auto filled = work.fill(); !filled)
    return tl::unexpected{filled.error()};
  bench_report report;
  report.how = flags.how;
  report.mode = flags.mode;
  report.backend = flags.connect.empty() ? flags.backend : "";
  report.where = opened->where;
  if (warm_up.count() > 0)
    run_round(work, warm_up, "warm-up");
  for (std::uint32_t number = 1; number <= flags.rounds; ++number) {
    const auto seen =
        run_round(work, round, "round " + std::to_string(number) + " of " + std::to_string(flags.rounds));
    report.add(*seen);
    if (seen->first_error)
      std::cerr << "cluster-store-bench: " << to_string(seen->first_error->code) << ": "
                << seen->first_error->message << '\n';
  }
  opened->store.close();
  return report;
}

int report_problem(const error& problem) {
  std::cerr << "cluster-store-bench: " << to_string(problem.code) << ": " << problem.message << '\n';
  return problem.code == errc::invalid_argument ? 2 : 5;
}

int run(const bench_flags& flags) {
  const auto round = parse_duration_flag("--round", flags.round);
  const auto warm_up = parse_duration_flag("--warm-up", flags.warm_up);
  if (!round || !warm_up)
    return report_problem(!round ? round.error() : warm_up.error());
  const auto report = measure(flags, *round, *warm_up);
  if (!report)
    return report_problem(report.error());
  write_all(STDOUT_FILENO, flags.json ? report_json(*report) : report_text(*report));
  return report->errors == 0 ? 0 : 5;
}

void add_flags(CLI::App& program, bench_flags& flags) {
  program.add_option("--workload", flags.workload, "what to do")->check(CLI::IsMember({"get", "set"}));
  program
      .add_option("--mode", flags.mode,
                  "worker: over a socket to a master process; standalone: in this process")
      ->check(CLI::IsMember({"worker", "standalone"}));
  program.add_option("--backend", flags.backend, "URI of the engine");
  program.add_option("--transport", flags.transport, "how a master that is started here is reached")
      ->check(CLI::IsMember({"unix", "tcp"}));
  program.add_option("--connect", flags.connect, "endpoint of a running master, instead of starting one");
  program.add_option("--store", flags.store, "name of the store");
  program.add_option("--secret-file", flags.secret_file, "secret of a running master, for TCP");
  program.add_option("--tls-ca", flags.tls_authority_file, "CA file of a running master with TLS, for TCP");
  program.add_option("--in-flight", flags.how.in_flight, "operations without an answer at any time")
      ->check(CLI::Range(1, 10'000));
  program.add_option("--keys", flags.how.keys, "number of sessions")->check(CLI::Range(1, 10'000'000));
  program.add_option("--value-bytes", flags.how.value_bytes, "data of each")->check(CLI::Range(0, 1'048'576));
  program.add_option("--rounds", flags.rounds, "how often to measure")->check(CLI::Range(1, 1'000));
  program.add_option("--round", flags.round, "length of a round");
  program.add_option("--warm-up", flags.warm_up, "time before the first round that does not count");
  program.add_flag("--json", flags.json, "print JSON");
  program.option_defaults()->always_capture_default();
  program.footer(
      "Latencies come from a histogram whose percentiles are at most 0.8 % too high.\n"
      "Example:\n  cluster-store-bench --workload set --backend rocksdb:/var/tmp/bench --in-flight 1024");
}

int parse_and_run(int argc, char** argv) {
  CLI::App program{"cluster-store-bench: measures a session store through its API", "cluster-store-bench"};
  bench_flags flags;
  add_flags(program, flags);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {
    return program.exit(outcome) == 0 ? 0 : 2;
  }
  flags.how.what = flags.workload == "set" ? workload::set : workload::get;
  return run(flags);
}

} // namespace

} // namespace cluster_store::apps

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return cluster_store::apps::parse_and_run(argc, argv);
}
