#include <cluster_store/apps/bench/settings.hpp>

#include <algorithm>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/apps/bench/report/report.hpp>
#include <cluster_store/apps/support/command_words.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/apps/support/option_checks.hpp>
#include <cluster_store/backends/registry.hpp>

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
    "  cluster-store-bench --vs redis --workload web --workers 2\n"
    "  cluster-store-bench --vs rocksdb --backend 'rocksdb:/var/tmp/bench?sync=never' --in-flight 1024";

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map)
    names.push_back(name);
  return names;
}

result<void> refuse(const std::string& why) {
  return fail(errc::invalid_argument, why);
}

result<void> check_comparison(const bench_settings& how) {
  const bool is_redis = how.versus == peer_kind::redis;
  const auto what = how.load.what;
  if (!is_redis && what != workload::get && what != workload::set)
    return refuse("--vs rocksdb has nothing to compare with --workload " + std::string{to_string(what)}
                  + ": use get or set");
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

bench_options::bench_options(CLI::App& program) {
  program.option_defaults()->always_capture_default();
  add_load(program);
  add_subject(program);
  add_comparison(program);
  program.footer(footer);
}

void bench_options::add_load(CLI::App& program) {
  std::vector<std::string> names;
  for (const auto& each : workloads)
    names.emplace_back(each.name);
  program
      .add_option("--workload", workload_,
                  "what to do; mixed: 90 % get, 10 % set; web: requests of a get, then a touch of the same "
                  "session (of 5 %: a set)")
      ->check(CLI::IsMember(names));
  program
      .add_option("--in-flight", how_.load.in_flight,
                  "operations without an answer at any time, in each worker; 1 = blocking calls")
      ->check(whole_number(1, 16'000));
  program.add_option("--keys", how_.load.keys, "number of sessions")->check(whole_number(1, 10'000'000));
  program.add_option("--value-bytes", how_.load.value_bytes, "data of each")
      ->check(whole_number(0, 1'048'576));
  program.add_option("--distribution", distribution_, "how keys are picked")
      ->check(CLI::IsMember(names_of(distributions)));
  program
      .add_option("--zipf-exponent", how_.load.zipf_exponent,
                  "how much more popular the first keys are, above 0 and below 1")
      ->check(decimal_fraction(0.01, 0.999));
  program.add_option("--rounds", how_.rounds, "how often to measure")->check(whole_number(1, 1'000));
  program.add_option("--round", round_, "length of a round")->check(read_by(parse_duration));
  program.add_option("--warm-up", warm_up_, "time before the first round that does not count")
      ->check(read_by(parse_duration));
}

void bench_options::add_subject(CLI::App& program) {
  program
      .add_option("--mode", how_.mode,
                  "worker: over a socket to a master process; standalone: in this process")
      ->check(CLI::IsMember({"worker", "standalone"}));
  program.add_option("--backend", how_.backend, "URI of the engine")->check(read_by(backends::parse_uri));
  program
      .add_option("--transport", how_.transport, "how a master (and a Redis) that is started here is reached")
      ->check(CLI::IsMember({"unix", "tcp"}));
  program.add_option("--connect", how_.connect, "endpoint of a running master, instead of starting one")
      ->check(read_by(parse_endpoint));
  program.add_option("--store", how_.store, "name of the store");
  program.add_option("--secret-file", how_.secret_file, "secret of a running master, for TCP");
  program.add_option("--tls-ca", how_.tls_authority_file, "CA file of a running master with TLS, for TCP");
  program.add_option("--workers", how_.workers, "worker processes")->check(whole_number(1, 8));
  program
      .add_option(
          "--pin", pin_,
          "processors: apart = servers on the first, clients on the second; together = all on the first")
      ->check(CLI::IsMember(names_of(pinnings)));
  program.add_option("--member", how_.member, "started by this program itself: one of its --workers")
      ->check(whole_number(0, 8))
      ->group("Internal");
}

void bench_options::add_comparison(CLI::App& program) {
  program
      .add_option(
          "--vs", versus_,
          "compare, round by round in turns: redis = a real redis-server with the same sync policy, a "
          "connection for each worker and the same operations in flight on it; "
          "rocksdb = the engine in this process, 64 operations a call")
      ->check(CLI::IsMember(names_of(peers)));
  program.add_option("--plot", how_.plot_file,
                     "also measure 1, 2, 4, … 4096 operations in flight and write throughput and p99 to this "
                     "SVG file");
  add_switch(program, "--json", how_.json,
             "print one JSON object on a line (docs/performance.md names its keys)");
}

result<bench_settings> bench_options::read() const {
  auto how = how_;
  const auto round = parse_duration(round_);
  const auto warm_up = parse_duration(warm_up_);
  if (!round || !warm_up)
    return tl::unexpected{!round ? round.error() : warm_up.error()};
  how.round = *round;
  how.warm_up = *warm_up;
  how.load.what = workload_named(workload_);
  how.load.picks = distributions.at(distribution_);
  how.versus = peers.at(versus_);
  how.pin = pinnings.at(pin_);
  how.load.seed = how.member + 1;
  return check_settings(how).map([&] { return how; });
}

command_line parse_command_line(const std::vector<std::string>& words) {
  CLI::App program{"cluster-store-bench: measures a session store through its API", "cluster-store-bench"};
  bench_options options{program};
  auto taken = read_words(program, words);
  const auto refuse_line = [&](const std::string& why) {
    std::cerr << failure_text({errc::invalid_argument, why}, taken.json.value_or(false));
    return command_line{{}, 2};
  };
  if (taken.problem)
    return refuse_line(taken.problem->message);
  try {
    std::reverse(taken.arguments.begin(), taken.arguments.end()); // the order in which CLI11 takes them
    program.parse(std::move(taken.arguments));
  } catch (const CLI::ParseError& outcome) {
    if (outcome.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success))
      return refuse_line(outcome.what());
    program.exit(outcome); // --help: on stdout
    return {{}, std::cout.flush() ? 0 : 5};
  }
  const auto how = options.read();
  return how ? command_line{*how, {}} : refuse_line(how.error().message);
}

} // namespace cluster_store::apps
