#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <cluster_store/tests/support/sandbox.hpp>

namespace cluster_store::tests {

/// How a master under test is started.
struct master_options {
  std::string listen;                        ///< An endpoint; port 0 stays what it was on a restart.
  std::string store = "s=memory:";           ///< NAME=URI of its first store.
  std::vector<std::string> more_arguments{}; ///< Of `serve`.
  std::vector<std::string> to_connect{};     ///< More arguments of commands that connect to it.
};

/// A `cluster-store serve` under test. Several generations of it may follow each other; at most one lives.
class master {
public:
  /// Does not start it. @pre `where` outlives the master.
  master(const sandbox& where, master_options how) : sandbox_(where), how_(std::move(how)) {}

  /// From the next start on its first store is `store` (NAME=URI), with the same name.
  void use_store(std::string store) { how_.store = std::move(store); }

  /// Starts it without waiting. @pre it does not run.
  void launch();

  /// @returns whether it said `ready`; reads what it said so far.
  /// @throws std::runtime_error with its standard error if it ended instead.
  bool is_ready();

  /// Starts it and waits until it is ready. @throws std::runtime_error if that takes more than 20 s.
  void start();

  /// Ends it at once (SIGKILL) and waits for its end.
  void kill();

  /// Asks it to stop (SIGTERM). @returns its exit code; nothing if it lives on for longer than 10 s.
  std::optional<exit_code> stop();

  void pause() { self().signal(SIGSTOP); }
  void resume() { self().signal(SIGCONT); }

  /// Where it listens, as it said. @pre it was ready once.
  const std::string& endpoint() const noexcept { return endpoints_.front(); }
  const std::vector<std::string>& endpoints() const noexcept { return endpoints_; }

  /// The name of its first store.
  std::string store_name() const { return how_.store.substr(0, how_.store.find('=')); }

  /// The process. @pre it was started.
  process& self() { return *process_; }
  bool was_started() const noexcept { return process_.has_value(); }

  const sandbox& where() const noexcept { return sandbox_; }

  /// Arguments that let a command find this master and its first store.
  std::vector<std::string> connect_arguments() const;

  /// Runs a one-shot command against this master's first store.
  completed run(std::vector<std::string> command, std::string_view input = {}) const;

  /// Asks for its figures. @throws std::runtime_error if it does not tell.
  nlohmann::json status() const;

  /// The figures of one store. @throws as `status`.
  nlohmann::json store_status(const std::string& name) const;

private:
  const sandbox& sandbox_;
  master_options how_;
  std::optional<process> process_;
  bool ready_ = false;
  std::vector<std::string> endpoints_;
};

} // namespace cluster_store::tests
