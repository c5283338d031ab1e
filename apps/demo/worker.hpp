#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cluster_store/actors/endpoint.hpp>

namespace cluster_store::apps {

/// Number of workers of the demonstration.
inline constexpr int demo_workers = 3;

/// @returns the id of the session that `worker` writes as its `number`-th.
std::string demo_id(int worker, std::uint64_t number);

/// @returns the data of that session: no two sessions have the same.
std::string demo_data(int worker, std::uint64_t number);

/// What a worker process tells at its end.
struct worker_report {
  std::uint64_t operations = 0;       ///< Answered, of any kind.
  std::uint64_t writes = 0;           ///< New sessions it set, numbered from 0.
  std::uint64_t reads_of_others = 0;  ///< Sessions of other workers that it read.
  std::uint64_t wrong_reads = 0;      ///< Acknowledged sessions that it did not find, or not as written.
  std::uint64_t reconnects = 0;       ///< After the first connection.
  std::uint64_t longest_pause_ms = 0; ///< Longest time without any answer.
  std::vector<std::uint64_t> unacknowledged; ///< Numbers of the writes that got an error.

  std::uint64_t acknowledged() const { return writes - unacknowledged.size(); }
};

/// The report as one line, and back.
std::string report_line(const worker_report& report);
bool read_report_line(const std::string& line, worker_report& into);

/// Runs a worker process: shares sessions with the others through the master at `where` until its standard
/// input ends; then prints its report. Prints `progress N` (acknowledged writes) while it runs.
/// @param worker from 1 to `demo_workers`.
/// @returns the process's exit code.
int run_worker(int worker, const endpoint& where);

} // namespace cluster_store::apps
