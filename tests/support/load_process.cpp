#include <cluster_store/tests/support/load_process.hpp>

#include <stdexcept>

namespace cluster_store::tests {

namespace {

program load_of(const master& server, const std::string& endpoint, std::chrono::milliseconds timeout) {
  auto how = server.where().cluster_store({});
  how.arguments = {CLUSTER_STORE_TEST_LOAD, endpoint, server.store_name(), server.where().secret_file(),
                   std::to_string(timeout.count())};
  return how;
}

load_report report_of(const nlohmann::json& line) {
  load_report seen;
  seen.seconds = line.at("milliseconds").get<double>() / 1'000;
  seen.offered = line.at("offered");
  seen.answered = line.at("answered");
  seen.answered_twice = line.at("answered_twice");
  seen.succeeded = line.at("succeeded");
  seen.errors = line.at("errors").get<std::map<std::string, std::uint64_t>>();
  seen.longest = std::chrono::milliseconds{line.at("longest_ms").get<std::int64_t>()};
  return seen;
}

connection_event event_of(const nlohmann::json& line) {
  const std::chrono::milliseconds at{line.at("at").get<std::int64_t>()};
  return {line.at("event") == "connect", std::chrono::steady_clock::time_point{at}, line.value("why", "")};
}

} // namespace

load_process::load_process(const master& server, std::chrono::milliseconds timeout)
    : load_process(server, server.endpoint(), timeout) {}

load_process::load_process(const master& server, const std::string& endpoint,
                           std::chrono::milliseconds timeout)
    : process_(load_of(server, endpoint, timeout)) {}

void load_process::start(const std::string& command, std::chrono::milliseconds time, std::uint64_t amount) {
  report_.reset();
  time_ = time;
  process_.write(command + " " + std::to_string(time.count()) + " " + std::to_string(amount) + "\n");
}

void load_process::start_closed(std::chrono::milliseconds time, std::size_t in_flight) {
  start("closed", time, in_flight);
}

void load_process::start_open(std::chrono::milliseconds time, std::uint64_t per_second) {
  start("open", time, per_second);
}

void load_process::read() {
  while (const auto line = process_.take_line()) {
    const auto said = nlohmann::json::parse(*line);
    if (said.at("event") == "done")
      report_ = report_of(said);
    else
      events_.push_back(event_of(said));
  }
}

bool load_process::is_done() {
  process_.pump(std::chrono::milliseconds{0});
  read();
  return report_.has_value();
}

load_report load_process::report() {
  const auto limit = within(time_ + std::chrono::seconds{20});
  while (!is_done()) {
    if (process_.ended() || std::chrono::steady_clock::now() >= limit)
      throw std::runtime_error("a load did not tell what it saw: " + process_.errors());
    process_.pump(left_until(limit));
  }
  return *report_;
}

const std::vector<connection_event>& load_process::events() {
  process_.pump(std::chrono::milliseconds{0});
  read();
  return events_;
}

std::string load_process::event_problems() {
  bool connected = false;
  std::string problems;
  for (const auto& each : events()) {
    if (each.connected == connected)
      problems += each.connected ? "connected twice\n" : "disconnected twice\n";
    connected = each.connected;
  }
  return problems;
}

std::optional<exit_code> load_process::finish() {
  process_.close_input();
  const auto code = process_.wait(within(std::chrono::seconds{20}));
  read();
  return code;
}

} // namespace cluster_store::tests
