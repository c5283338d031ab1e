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

/// Whether as much was seen of Redis between our rounds as redis-benchmark sees of it alone.
struct self_check {
  double plain = 0; ///< Operations per second that it saw alone.
  double ratio = 0; ///< What was seen in this run, divided by that.
  double least = 0; ///< What that has to be.

  bool ok() const { return ratio >= least; }
};

/// What the peer's driver has to see, divided by what redis-benchmark alone sees: nine tenths. A loop of
/// blocking calls through hiredis, however bare, sees a seventh less than redis-benchmark with one
/// connection.
constexpr double least_seen_by(bool blocking_calls) {
  return blocking_calls ? 0.75 : 0.9;
}

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

/// @returns the self check of a run. @param plain what `plain_redis_rate` returned
/// @param least 0 to 1; see `least_seen_by`
self_check check_against(double plain, const peer_report& versus, double least);

/// @returns the report as one JSON object on a line; docs/performance.md names its keys.
std::string report_json(const bench_report& report);

/// @returns what stderr tells of an error, a line; with `json` as `{"ok":false,…}`.
std::string failure_text(const error& problem, bool json);

/// @returns the report for people.
std::string report_text(const bench_report& report);

} // namespace cluster_store::apps
