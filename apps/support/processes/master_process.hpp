#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/apps/support/processes/child_process.hpp>
#include <cluster_store/apps/support/processes/temporary_directory.hpp>

namespace cluster_store::apps {

/// How a master is started.
struct master_settings {
  std::string store;                      ///< `NAME=URI`.
  bool tcp = false;                       ///< On a free port of the loopback instead of a Unix socket.
  std::string log;                        ///< File for what it says; empty = this process's standard error.
  std::optional<unsigned> processor = {}; ///< The only one it may run on; none = as this thread.
};

/// A `cluster-store serve` process on an endpoint and with a secret of its own; both go with this object.
/// Threads and ownership: as `child_process`.
class master_process {
public:
  /// Starts the program beside the running one and waits until it is ready, at most 15 s.
  /// @errors `io_error` if it cannot be started or does not get ready; its reason is in its log.
  static result<master_process> start(const master_settings& how);

  /// Starts it again, after it was killed, on the same endpoint. @errors as of `start`.
  result<void> restart();

  /// Kills it with SIGKILL and waits for its end.
  void kill();

  const endpoint& where() const { return where_; }
  const std::string& secret_file() const { return secret_file_; }
  pid_t id() const { return process_.id(); }

private:
  master_process(temporary_directory directory, child_process process, std::vector<std::string> arguments,
                 master_settings how)
      : directory_(std::move(directory)),
        arguments_(std::move(arguments)),
        how_(std::move(how)),
        process_(std::move(process)) {}

  result<void> await_ready();

  temporary_directory directory_;
  std::vector<std::string> arguments_;
  master_settings how_;
  child_process process_;
  endpoint where_;
  std::string secret_file_;
};

} // namespace cluster_store::apps
