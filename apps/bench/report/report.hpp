#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/apps/bench/process_usage.hpp>
#include <cluster_store/apps/bench/round.hpp>
#include <cluster_store/apps/bench/settings.hpp>

namespace cluster_store::apps {

/// What processes used; absent: there is no such process or it cannot be looked at.
struct resource_report {
  std::optional<double> worker_seconds_per_million; ///< Processor time for 10^6 operations, of all workers.
  std::optional<double> master_seconds_per_million;
  std::optional<std::uint64_t> worker_bytes_max; ///< Most memory of all workers together.
  std::optional<std::uint64_t> master_bytes_max;
  std::optional<double> bytes_per_session; ///< Memory that filling took in the process that holds the store.
};

/// What the peer did in the same run.
struct peer_report {
  std::string name;                  ///< redis or rocksdb.
  std::vector<round_figures> rounds; ///< Each between two of the store's.
  std::optional<double> bytes_per_session;
};

/// Whether what was seen of Redis between our rounds can be trusted.
struct self_check {
  /// This program's driver has to see nearly as much of a Redis alone as redis-benchmark does.
  static constexpr double driver_least = 0.95;
  /// … and Redis has to do nearly as much between our rounds as it did alone.
  static constexpr double least = 0.9;

  double plain = 0;  ///< Operations per second that redis-benchmark saw alone.
  double driver = 0; ///< What this program's driver saw alone, in turns with that, divided by it.
  double ratio = 0;  ///< What it saw in this run, divided by what it saw alone.

  bool ok() const { return driver >= driver_least && ratio >= least; }
};

/// One place of a sweep over operations in flight.
struct sweep_point {
  std::uint32_t in_flight = 1;
  round_figures ours;
  std::optional<round_figures> theirs;
};

/// Ours divided by theirs; absent where one of them is.
struct comparison {
  double operations_per_second = 0;
  std::optional<double> p50;
  std::optional<double> p99;
  std::optional<double> memory_per_session;
};

/// What was measured, and how.
struct bench_report {
  bench_settings how;
  std::string where;                 ///< Endpoint; empty in standalone mode.
  std::vector<round_figures> rounds; ///< Of the store.
  std::uint64_t errors = 0;
  std::unique_ptr<histogram> latencies = std::make_unique<histogram>(); ///< Of all rounds.
  resource_report resources;
  std::optional<peer_report> versus;
  std::optional<self_check> check;
  std::vector<sweep_point> sweep;

  void add(const round_result& round);

  /// @returns how the store does beside its peer. @pre there is one
  comparison ratio() const;
};

/// @returns the self check of a run with Redis. @param benchmark what redis-benchmark saw of a Redis alone
/// @param driver what this program's driver saw of the same one
self_check check_against(double benchmark, double driver, const peer_report& versus);

/// @returns the report as one JSON object on a line; docs/performance.md names its keys.
std::string report_json(const bench_report& report);

/// @returns what stderr tells of an error, a line; with `json` as `{"ok":false,…}`.
std::string failure_text(const error& problem, bool json);

/// @returns the report for people.
std::string report_text(const bench_report& report);

} // namespace cluster_store::apps
