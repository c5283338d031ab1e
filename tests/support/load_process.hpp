#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/master.hpp>

namespace cluster_store::tests {

/// What a load saw of one command.
struct load_report {
  double seconds = 0;
  std::uint64_t offered = 0;
  std::uint64_t answered = 0;
  std::uint64_t answered_twice = 0; ///< Since the process was started.
  std::uint64_t succeeded = 0;
  std::map<std::string, std::uint64_t> errors; ///< By code.
  std::chrono::milliseconds longest{};         ///< From an operation to its answer.

  double per_second() const { return static_cast<double>(succeeded) / seconds; }
  std::uint64_t failed(const std::string& code) const { return errors.contains(code) ? errors.at(code) : 0; }
};

/// One call of `on_connect` or `on_disconnect` in a worker process.
struct connection_event {
  bool connected = false;
  std::chrono::steady_clock::time_point at;
  std::string why; ///< Of a disconnect.
};

/// A worker process that loads a master's first store through the public API: much more than a pipe could,
/// whose lines the test would have to write and read. See load_worker.cpp.
class load_process {
public:
  explicit load_process(const master& server,
                        std::chrono::milliseconds timeout = std::chrono::milliseconds{5'000});

  /// The same by way of `endpoint`, where something forwards to the master.
  load_process(const master& server, const std::string& endpoint, std::chrono::milliseconds timeout);

  /// Keeps `in_flight` operations unanswered for `time`. Does not wait; see `report`.
  void start_closed(std::chrono::milliseconds time, std::size_t in_flight);

  /// Issues `per_second` operations a second for `time`, whatever the answers. Does not wait.
  void start_open(std::chrono::milliseconds time, std::uint64_t per_second);

  /// Reads what there is. @returns whether the last command is done.
  bool is_done();

  /// Waits for the end of the last command.
  /// @throws std::runtime_error if that takes more than 20 s beyond its time, or the process ended.
  load_report report();

  load_report closed(std::chrono::milliseconds time, std::size_t in_flight) {
    start_closed(time, in_flight);
    return report();
  }

  /// What its callbacks said so far, in order.
  const std::vector<connection_event>& events();

  /// @returns what contradicts "connect, disconnect, connect, …" so far; empty if nothing does.
  std::string event_problems();

  /// Ends its input and waits for its end.
  std::optional<exit_code> finish();

  process& self() noexcept { return process_; }

private:
  void start(const std::string& command, std::chrono::milliseconds time, std::uint64_t amount);
  void read();

  process process_;
  std::chrono::milliseconds time_{};
  std::optional<load_report> report_;
  std::vector<connection_event> events_;
};

} // namespace cluster_store::tests
