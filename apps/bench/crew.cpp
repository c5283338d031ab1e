#include <cluster_store/apps/bench/crew.hpp>

#include <filesystem>
#include <iostream>
#include <sstream>
#include <string_view>

#include <unistd.h>

#include <cluster_store/apps/bench/subject.hpp>
#include <cluster_store/apps/support/terminal/output.hpp>

namespace cluster_store::apps {

namespace {

constexpr std::chrono::seconds ready_time_max{30};
constexpr std::chrono::minutes fill_time_max{60};
constexpr std::chrono::minutes answer_time_max{5}; ///< Beyond the round itself.

std::vector<std::string> arguments_of(const bench_settings& how, std::uint32_t number) {
  std::error_code ignored;
  std::vector<std::string> arguments{std::filesystem::read_symlink("/proc/self/exe", ignored).string()};
  const std::pair<const char*, std::string> options[] = {
      {"--member", std::to_string(number)},
      {"--connect", how.connect},
      {"--store", how.store},
      {"--secret-file", how.secret_file},
      {"--tls-ca", how.tls_authority_file},
      {"--workload", std::string{to_string(how.load.what)}},
      {"--in-flight", std::to_string(how.in_flight_max())},
      {"--keys", std::to_string(how.load.keys)},
      {"--value-bytes", std::to_string(how.load.value_bytes)},
      {"--distribution", how.load.picks == distribution::zipf ? "zipf" : "uniform"},
      {"--zipf-exponent", std::to_string(how.load.zipf_exponent)},
  };
  for (const auto& [name, value] : options)
    if (!value.empty()) // what is left out here is left out there
      arguments.insert(arguments.end(), {name, value});
  return arguments;
}

/// @returns what follows `word` in the next line of a member.
result<std::string> answer_of(child_process& member, const std::string& word,
                              std::chrono::milliseconds time_max) {
  const auto line = member.read_line(time_max);
  if (!line)
    return fail(errc::io_error, "a worker process ended or does not answer");
  if (!line->starts_with(word))
    return fail(errc::io_error, "a worker process " + *line);
  return line->substr(word.size());
}

std::string failure(const error& problem) {
  return "failed " + std::string{to_string(problem.code)} + ": " + problem.message;
}

/// @returns the answer to one command.
std::string obey(load& work, const std::string& line) {
  std::istringstream in{line};
  std::string word;
  std::int64_t milliseconds = 0;
  std::uint32_t in_flight = 0;
  in >> word >> milliseconds >> in_flight;
  if (word == "run" && in)
    return "round " + encode_round(*work.run(std::chrono::milliseconds{milliseconds}, in_flight));
  if (word != "fill")
    return failure({errc::invalid_argument, "unknown command: " + line});
  const auto filled = work.fill();
  return filled ? "filled" : failure(filled.error());
}

} // namespace

crew::crew(client store, const load_settings& how)
    : own_(std::make_unique<load>(store, how)), store_(std::move(store)) {}

result<crew> crew::start(const bench_settings& how) {
  crew started;
  for (std::uint32_t number = 1; number <= how.workers; ++number) {
    auto member = child_process::start(arguments_of(how, number));
    if (!member)
      return tl::unexpected{member.error()};
    started.members_.push_back(*std::move(member));
  }
  for (auto& member : started.members_)
    if (const auto ready = answer_of(member, "ready", ready_time_max); !ready)
      return tl::unexpected{ready.error()};
  return started;
}

result<void> crew::fill() {
  if (own_)
    return own_->fill();
  auto& member = members_.front();
  return member.write("fill\n")
      .and_then([&] { return answer_of(member, "filled", fill_time_max); })
      .map([](const std::string&) {});
}

result<std::unique_ptr<round_result>> crew::run(std::chrono::milliseconds time, std::uint32_t in_flight) {
  if (own_)
    return own_->run(time, in_flight);
  const auto command = "run " + std::to_string(time.count()) + ' ' + std::to_string(in_flight) + '\n';
  for (auto& member : members_)
    if (const auto told = member.write(command); !told)
      return tl::unexpected{told.error()};
  auto all = std::make_unique<round_result>();
  for (auto& member : members_) {
    const auto round = answer_of(member, "round ", time + answer_time_max).and_then(decode_round);
    if (!round)
      return tl::unexpected{round.error()};
    all->add(**round);
  }
  return all;
}

std::vector<pid_t> crew::processes() const {
  if (own_)
    return {::getpid()};
  std::vector<pid_t> processes;
  for (const auto& member : members_)
    processes.push_back(member.id());
  return processes;
}

int run_member(const bench_settings& how) {
  auto store = open_worker(how);
  const auto say = [](const std::string& line) { return write_all(STDOUT_FILENO, line + '\n') == 0; };
  if (!store) {
    say(failure(store.error()));
    return 5;
  }
  load work{*store, how.load};
  bool heard = say("ready");
  for (std::string line; heard && std::getline(std::cin, line);)
    heard = say(obey(work, line));
  store->close();
  return 0;
}

} // namespace cluster_store::apps
