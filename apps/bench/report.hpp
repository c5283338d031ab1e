#pragma once

#include <memory>
#include <string>
#include <vector>

#include <cluster_store/apps/bench/load.hpp>

namespace cluster_store::apps {

/// What was measured, and how.
struct bench_report {
  load_settings how;
  std::string mode;           ///< standalone or worker.
  std::string backend;        ///< Its URI; empty if the master was started by somebody else.
  std::string where;          ///< Endpoint; empty in standalone mode.
  std::vector<double> rounds; ///< Operations per second of each.
  std::uint64_t errors = 0;
  std::unique_ptr<histogram> latencies = std::make_unique<histogram>(); ///< Of all rounds.

  void add(const round_result& round);

  /// @returns the middle of the rounds (the lower one of an even number); 0 without rounds.
  double median() const;
};

/// @returns the report as one JSON object on a line.
std::string report_json(const bench_report& report);

/// @returns the report for people.
std::string report_text(const bench_report& report);

} // namespace cluster_store::apps
