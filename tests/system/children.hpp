#pragma once

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/sandbox.hpp>

namespace cluster_store::tests {

/// The program of tests/support/child_worker.cpp.
inline std::vector<std::string> child_worker(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), CLUSTER_STORE_TEST_CHILD);
  return arguments;
}

/// A `serve --workers` under test, on a Unix socket with a store in memory.
class parent {
public:
  parent(const sandbox& where, std::vector<std::string> flags, const std::vector<std::string>& program)
      : sandbox_(where), listen_("unix:" + where.path("s.sock")), self_(make(std::move(flags), program)) {}

  process& self() { return self_; }

  bool is_ready() { return self_.await_line(within(std::chrono::seconds{20})).has_value(); }

  /// Reads what it said so far. @returns the newest process of each worker, by its number.
  std::map<std::size_t, pid_t> newest() {
    std::map<std::size_t, pid_t> found;
    for (const auto& [number, id] : started())
      found[number] = id;
    return found;
  }

  /// @returns all that were started, in order.
  std::vector<std::pair<std::size_t, pid_t>> started() {
    self_.pump(std::chrono::milliseconds{0});
    std::vector<std::pair<std::size_t, pid_t>> out;
    std::istringstream said{self_.errors()};
    for (std::string line; std::getline(said, line);) {
      unsigned number = 0;
      int id = 0;
      if (line.ends_with(") was started")
          && std::sscanf(line.c_str(), "cluster-store: worker %u (process %d)", &number, &id) == 2)
        out.emplace_back(number, id);
    }
    return out;
  }

  /// @returns how often it said this.
  std::size_t said(const std::string& text) {
    self_.pump(std::chrono::milliseconds{0});
    std::size_t count = 0;
    for (auto at = self_.errors().find(text); at != std::string::npos; at = self_.errors().find(text, at + 1))
      ++count;
    return count;
  }

  /// @returns the numbers of the workers that are connected, as the master knows them.
  std::set<std::size_t> connected() {
    const auto answer = run(sandbox_.cluster_store({"status", "--json", "--connect", listen_}));
    std::set<std::size_t> numbers;
    if (answer.code != 0)
      return numbers;
    const auto status = nlohmann::json::parse(answer.output);
    for (const auto& each : status["workers"])
      if (each["number"] > 0)
        numbers.insert(each["number"].get<std::size_t>());
    return numbers;
  }

  /// @returns whether that many are connected, within some seconds.
  bool has_connected(std::size_t count) {
    return wait_until([&] { return connected().size() >= count; }, within(std::chrono::seconds{20}));
  }

private:
  program make(std::vector<std::string> flags, const std::vector<std::string>& what) const {
    std::vector<std::string> arguments{"serve", "--listen", listen_, "--store", "default=memory:"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), what.begin(), what.end());
    return sandbox_.cluster_store(std::move(arguments));
  }

  const sandbox& sandbox_;
  std::string listen_;
  process self_;
};

/// @returns whether a process lives (a zombie does not).
inline bool is_alive(pid_t id) {
  std::ifstream status{"/proc/" + std::to_string(id) + "/stat"};
  std::string text;
  std::getline(status, text);
  const auto end = text.rfind(')');
  return end != std::string::npos && end + 2 < text.size() && text[end + 2] != 'Z' && text[end + 2] != 'X';
}

/// @returns whether none of these processes lives any more, within some seconds.
inline bool all_end(const std::vector<std::pair<std::size_t, pid_t>>& processes) {
  return wait_until(
      [&] {
        return std::none_of(processes.begin(), processes.end(),
                            [](const auto& each) { return is_alive(each.second); });
      },
      within(std::chrono::seconds{10}));
}

} // namespace cluster_store::tests
