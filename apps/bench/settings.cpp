#include <cluster_store/apps/bench/settings.hpp>

#include <algorithm>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include <cluster_store/apps/support/duration.hpp>

namespace cluster_store::apps {

namespace {

const std::map<std::string, peer_kind> peers{
    {"none", peer_kind::none}, {"redis", peer_kind::redis}, {"rocksdb", peer_kind::rocksdb}};
const std::map<std::string, pinning> pinnings{
    {"none", pinning::none}, {"apart", pinning::apart}, {"together", pinning::together}};
const std::map<std::string, distribution> distributions{{"uniform", distribution::uniform},
                                                        {"zipf", distribution::zipf}};

constexpr auto footer =
    "With --in-flight 1 the program makes blocking calls, one at a time, from one thread; with more, it "
    "keeps\n"
    "that many operations in flight by callbacks. Ids have 16 bytes. The workloads touch and web give "
    "sessions\n"
    "a life of 30 minutes, the others none. Latencies come from a histogram whose percentiles are at most\n"
    "0.8 % too high. A store directory that was not there before is removed at the end.\n"
    "Exit codes: 0 done, 2 usage, 5 an operation or the self check failed, or interrupted.\n"
    "Examples:\n"
    "  cluster-store-bench --workload set --backend rocksdb:/var/tmp/bench --in-flight 1024\n"
    "  cluster-store-bench --vs redis --in-flight 64 --pin apart\n"
    "  cluster-store-bench --vs redis --in-flight 1 --json\n"
    "  cluster-store-bench --vs rocksdb --backend 'rocksdb:/var/tmp/bench?sync=never' --in-flight 1024";

/// Texts of flags that CLI11 reads as something else.
struct texts {
  std::string workload = "get";
  std::string distribution = "uniform";
  std::string round = "2s";
  std::string warm_up = "1s";
  std::string versus = "none";
  std::string pin = "none";
};

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map)
    names.push_back(name);
  return names;
}

void add_load_flags(CLI::App& program, bench_settings& how, texts& text) {
  std::vector<std::string> names;
  for (const auto& each : workloads)
    names.emplace_back(each.name);
  program
      .add_option("--workload", text.workload,
                  "what to do; mixed: 90 % get, 10 % set; web: requests of a get, then a touch of the same "
                  "session (of 5 %: a set)")
      ->check(CLI::IsMember(names));
  program
      .add_option("--in-flight", how.load.in_flight,
                  "operations without an answer at any time, in each worker; 1 = blocking calls")
      ->check(CLI::Range(1, 16'000));
  program.add_option("--keys", how.load.keys, "number of sessions")->check(CLI::Range(1, 10'000'000));
  program.add_option("--value-bytes", how.load.value_bytes, "data of each")->check(CLI::Range(0, 1'048'576));
  program.add_option("--distribution", text.distribution, "how keys are picked")
      ->check(CLI::IsMember(names_of(distributions)));
  program
      .add_option("--zipf-exponent", how.load.zipf_exponent,
                  "how much more popular the first keys are, above 0 and below 1")
      ->check(CLI::Range(0.01, 0.999));
  program.add_option("--rounds", how.rounds, "how often to measure")->check(CLI::Range(1, 1'000));
  program.add_option("--round", text.round, "length of a round");
  program.add_option("--warm-up", text.warm_up, "time before the first round that does not count");
}

void add_subject_flags(CLI::App& program, bench_settings& how, texts& text) {
  program
      .add_option("--mode", how.mode,
                  "worker: over a socket to a master process; standalone: in this process")
      ->check(CLI::IsMember({"worker", "standalone"}));
  program.add_option("--backend", how.backend, "URI of the engine");
  program
      .add_option("--transport", how.transport, "how a master (and a Redis) that is started here is reached")
      ->check(CLI::IsMember({"unix", "tcp"}));
  program.add_option("--connect", how.connect, "endpoint of a running master, instead of starting one");
  program.add_option("--store", how.store, "name of the store");
  program.add_option("--secret-file", how.secret_file, "secret of a running master, for TCP");
  program.add_option("--tls-ca", how.tls_authority_file, "CA file of a running master with TLS, for TCP");
  program.add_option("--workers", how.workers, "worker processes")->check(CLI::Range(1, 8));
  program
      .add_option(
          "--pin", text.pin,
          "processors: apart = servers on the first, clients on the second; together = all on the first")
      ->check(CLI::IsMember(names_of(pinnings)));
  program.add_option("--member", how.member)->group(""); // how a worker process is started by this program
}

void add_comparison_flags(CLI::App& program, bench_settings& how, texts& text) {
  program
      .add_option("--vs", text.versus,
                  "compare, round by round in turns: redis = a real redis-server with the same sync policy; "
                  "rocksdb = the engine in this process, 64 operations a call")
      ->check(CLI::IsMember(names_of(peers)));
  program
      .add_option(
          "--redis-connections", how.redis_connections,
          "connections of redis-benchmark; with --in-flight 1 a blocking hiredis loop is used instead")
      ->check(CLI::Range(1, 10'000));
  program
      .add_option("--redis-pipeline", how.redis_pipeline,
                  "requests that redis-benchmark sends at once on each")
      ->check(CLI::Range(1, 10'000));
  program.add_option("--plot", how.plot_file,
                     "also measure 1, 2, 4, … 4096 operations in flight and write throughput and p99 to this "
                     "SVG file");
  program.add_flag("--json", how.json,
                   "print one JSON object on a line (docs/performance.md names its keys)");
}

result<void> read_texts(const texts& text, bench_settings& how) {
  const auto round = parse_duration_flag("--round", text.round);
  const auto warm_up = parse_duration_flag("--warm-up", text.warm_up);
  if (!round || !warm_up)
    return tl::unexpected{!round ? round.error() : warm_up.error()};
  how.round = *round;
  how.warm_up = *warm_up;
  how.load.what = workload_named(text.workload);
  how.load.picks = distributions.at(text.distribution);
  how.versus = peers.at(text.versus);
  how.pin = pinnings.at(text.pin);
  how.load.seed = how.member + 1;
  return check_settings(how);
}

result<void> refuse(const std::string& why) {
  return fail(errc::invalid_argument, why);
}

result<void> check_comparison(const bench_settings& how) {
  const bool is_redis = how.versus == peer_kind::redis;
  const auto what = how.load.what;
  if (what == workload::mixed || what == workload::web || (what == workload::touch && !is_redis))
    return refuse("--vs " + std::string{is_redis ? "redis" : "rocksdb"}
                  + " has nothing to compare with --workload " + std::string{to_string(what)}
                  + ": use get or set" + (is_redis ? " or touch" : ""));
  if (is_redis && how.load.picks != distribution::uniform)
    return refuse("redis-benchmark picks all keys alike: use --distribution uniform with --vs redis");
  if (!is_redis && !how.backend.starts_with("rocksdb:"))
    return refuse(
        "--vs rocksdb compares a store on RocksDB with the engine alone: use --backend rocksdb:PATH");
  if (!how.connect.empty())
    return refuse("--vs starts both peers alike, so it does not go with --connect");
  return {};
}

} // namespace

std::string name_of(pinning how) {
  for (const auto& [name, value] : pinnings)
    if (value == how)
      return name;
  return {};
}

std::uint32_t bench_settings::in_flight_max() const {
  return std::max(load.in_flight, plot_file.empty() ? 1 : sweep_in_flight_max);
}

result<void> check_settings(const bench_settings& how) {
  if (how.round.count() == 0)
    return refuse("--round is 0s: a round takes some time");
  if (how.mode == "standalone" && how.workers > 1)
    return refuse("a standalone store is reached by its own process only: use --workers 1");
  if (how.mode == "standalone" && how.pin == pinning::apart && how.versus != peer_kind::redis)
    return refuse("--pin apart needs two processes: use --pin together with --mode standalone");
  if (how.mode == "standalone" && !how.connect.empty())
    return refuse("--connect is of --mode worker");
  if (how.versus != peer_kind::none)
    return check_comparison(how);
  return {};
}

command_line parse_command_line(int argc, char** argv) {
  CLI::App program{"cluster-store-bench: measures a session store through its API", "cluster-store-bench"};
  command_line read;
  texts text;
  program.option_defaults()->always_capture_default();
  add_load_flags(program, read.how, text);
  add_subject_flags(program, read.how, text);
  add_comparison_flags(program, read.how, text);
  program.footer(footer);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {
    read.exit_code = program.exit(outcome) == 0 ? 0 : 2;
    if (!std::cout.flush())
      read.exit_code = 5;
    return read;
  }
  if (const auto good = read_texts(text, read.how); !good) {
    std::cerr << "cluster-store-bench: " << to_string(good.error().code) << ": " << good.error().message
              << '\n';
    read.exit_code = 2;
  }
  return read;
}

} // namespace cluster_store::apps
