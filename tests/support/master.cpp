#include <cluster_store/tests/support/master.hpp>

#include <csignal>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cluster_store::tests {

void master::launch() {
  std::vector<std::string> arguments{"serve",
                                     "--listen",
                                     endpoints_.empty() ? how_.listen : endpoint(),
                                     "--store",
                                     how_.store,
                                     "--secret-file",
                                     sandbox_.secret_file()};
  arguments.insert(arguments.end(), how_.more_arguments.begin(), how_.more_arguments.end());
  ready_ = false;
  process_.emplace(sandbox_.cluster_store(std::move(arguments)));
}

bool master::is_ready() {
  if (ready_)
    return true;
  self().pump(std::chrono::milliseconds{0});
  if (const auto line = self().take_line()) {
    std::istringstream words{*line};
    const std::vector<std::string> said{std::istream_iterator<std::string>{words}, {}};
    if (said.size() < 2 || said[0] != "ready")
      throw std::runtime_error("the master said: " + *line);
    endpoints_.assign(said.begin() + 1, said.end());
    ready_ = true;
  } else if (self().ended()) {
    const auto code = self().wait(within(std::chrono::seconds{1}));
    throw std::runtime_error("the master ended with code " + std::to_string(code.value_or(-1)) + ": "
                             + self().errors());
  }
  return ready_;
}

void master::start() {
  launch();
  if (!wait_until([this] { return is_ready(); }, within(std::chrono::seconds{20})))
    throw std::runtime_error("the master is not ready: " + self().errors());
}

void master::kill() {
  self().signal(SIGKILL);
  if (!self().wait(within(std::chrono::seconds{10})))
    throw std::runtime_error("a killed master did not end");
}

std::optional<exit_code> master::stop() {
  self().signal(SIGTERM);
  return self().wait(within(std::chrono::seconds{10}));
}

std::vector<std::string> master::connect_arguments() const {
  std::vector<std::string> arguments{"--connect",  endpoint(),      "--store",
                                     store_name(), "--secret-file", sandbox_.secret_file()};
  arguments.insert(arguments.end(), how_.to_connect.begin(), how_.to_connect.end());
  return arguments;
}

completed master::run(std::vector<std::string> command, std::string_view input) const {
  const auto connect = connect_arguments();
  command.insert(command.begin() + 1, connect.begin(), connect.end());
  return tests::run(sandbox_.cluster_store(std::move(command)), input);
}

nlohmann::json master::status() const {
  std::vector<std::string> arguments{"status",   "--json",        "--connect",
                                     endpoint(), "--secret-file", sandbox_.secret_file()};
  arguments.insert(arguments.end(), how_.to_connect.begin(), how_.to_connect.end());
  const auto told = tests::run(sandbox_.cluster_store(std::move(arguments)));
  if (told.code != 0)
    throw std::runtime_error("status: " + told.errors);
  return nlohmann::json::parse(told.output);
}

nlohmann::json master::store_status(const std::string& name) const {
  const auto all = status();
  for (const auto& store : all["stores"])
    if (store["name"] == name)
      return store;
  throw std::runtime_error("status knows no store " + name);
}

} // namespace cluster_store::tests
