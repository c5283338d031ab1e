#pragma once

#include <optional>
#include <string>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/bench/crew.hpp>
#include <cluster_store/apps/bench/settings.hpp>
#include <cluster_store/apps/support/processes/master_process.hpp>

namespace cluster_store::apps {

/// Removes, when it ends, the directory of a store that was not there when it began.
class directory_of_store {
public:
  explicit directory_of_store(const std::string& backend);
  directory_of_store(directory_of_store&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  directory_of_store& operator=(directory_of_store&&) = delete;
  ~directory_of_store();

private:
  std::string path_; ///< Empty: there is nothing to remove.
};

/// The store that is measured and what puts load on it. Ends in this order: load, master, directory.
struct subject {
  directory_of_store directory;
  std::optional<master_process> master; ///< If this program started one.
  std::string where;                    ///< Endpoint; empty in standalone mode.
  crew workers;

  /// @returns the process that holds the store; none if somebody else started it.
  std::optional<pid_t> holder;
};

/// Opens a handle as a worker of the master at `how.connect`.
result<client> open_worker(const bench_settings& how);

/// Starts what `how` says. @param server_processor the only one of the master; none = any.
result<subject> open_subject(const bench_settings& how, std::optional<unsigned> server_processor);

} // namespace cluster_store::apps
