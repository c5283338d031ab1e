#include <cluster_store/apps/bench/report/report.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <cluster_store/apps/bench/report/shares.hpp>
#include <cluster_store/apps/support/terminal/table.hpp>

namespace cluster_store::apps {

namespace {

std::string with_decimals(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string text_of(const std::optional<double>& value, int decimals) {
  return value ? with_decimals(*value, decimals) : "-";
}

std::string mebibytes(const std::optional<std::uint64_t>& bytes) {
  return bytes ? with_decimals(static_cast<double>(*bytes) / (1024 * 1024), 1) + " MiB" : "-";
}

std::string title_of(const bench_report& report) {
  const auto& how = report.how;
  std::string title = how.mode + " mode";
  if (how.connect.empty())
    title += ", " + how.backend;
  if (!report.where.empty())
    title += ", " + report.where;
  title += ": " + std::to_string(how.load.keys) + " sessions of " + std::to_string(how.load.value_bytes)
           + " bytes, " + std::to_string(how.workers) + (how.workers == 1 ? " worker" : " workers");
  if (how.load.picks == distribution::zipf)
    title += ", zipf " + with_decimals(how.load.zipf_exponent, 2);
  if (how.pin != pinning::none)
    title += ", pinned " + name_of(how.pin);
  return title + ", median of " + std::to_string(report.rounds.size()) + " rounds\n";
}

/// @returns the cells that every row begins with.
table::row start_of_row(const std::string& who, const bench_report& report,
                        const std::vector<round_figures>& rounds) {
  const auto less = [](const round_figures& a, const round_figures& b) {
    return a.operations_per_second < b.operations_per_second;
  };
  const auto [slowest, fastest] = std::minmax_element(rounds.begin(), rounds.end(), less);
  return {who,
          std::string{to_string(report.how.load.what)},
          std::to_string(report.how.load.in_flight),
          with_decimals(median(rounds).operations_per_second, 0),
          with_decimals(slowest->operations_per_second, 0),
          with_decimals(fastest->operations_per_second, 0)};
}

std::string rates_table(const bench_report& report) {
  table::row heading{"peer", "workload", "in flight", "op/s", "slowest", "fastest"};
  auto row = start_of_row("cluster-store", report, report.rounds);
  for (const auto& [name, share] : shown_shares) {
    heading.push_back(std::string{name} + " us");
    row.push_back(with_decimals(static_cast<double>(report.latencies->percentile(share).count()) / 1'000, 1));
  }
  heading.emplace_back("errors");
  row.push_back(std::to_string(report.errors));
  table rates{heading};
  rates.add(row);
  if (report.versus) {
    const auto middle = median(report.versus->rounds);
    row = start_of_row(report.versus->name, report, report.versus->rounds);
    row.insert(row.end(), {text_of(middle.p50_microseconds, 1), "-", text_of(middle.p99_microseconds, 1), "-",
                           "-", "-"});
    rates.add(row);
  }
  return rates.text();
}

/// @returns what was in flight on either side.
std::string shape_text(const bench_settings& how) {
  const auto shape = [&](const std::string& what) {
    return std::to_string(how.workers) + ' ' + what + (how.workers == 1 ? "" : "s") + " with "
           + std::to_string(how.load.in_flight) + " in flight";
  };
  return "cluster-store: " + shape("worker") + "; "
         + (how.versus == peer_kind::redis ? "redis: " + shape("connection")
                                           : "rocksdb: 1 thread with 64 operations a call")
         + '\n';
}

std::string check_text(const self_check& check) {
  return "self check: redis-benchmark alone saw " + with_decimals(check.plain, 0)
         + " op/s; the driver of this program alone " + with_decimals(check.driver, 2)
         + " of that; Redis in this run " + with_decimals(check.ratio, 2) + " of Redis alone"
         + (check.ok() ? ", ok"
                       : ", but " + with_decimals(self_check::driver_least, 2) + " and "
                             + with_decimals(self_check::least, 2) + " are wanted: do not trust this run")
         + '\n';
}

std::string comparison_text(const bench_report& report) {
  const auto ratio = report.ratio();
  auto text =
      "cluster-store / " + report.versus->name + ": op/s " + with_decimals(ratio.operations_per_second, 2);
  if (ratio.p50)
    text += ", p50 " + with_decimals(*ratio.p50, 2);
  if (ratio.p99)
    text += ", p99 " + with_decimals(*ratio.p99, 2);
  if (ratio.memory_per_session)
    text += ", memory per session " + with_decimals(*ratio.memory_per_session, 2) + " ("
            + text_of(report.versus->bytes_per_session, 0) + " bytes each there)";
  text += '\n' + shape_text(report.how);
  return report.check ? text + check_text(*report.check) : text;
}

std::string resources_text(const resource_report& used) {
  return "CPU seconds per million operations: worker " + text_of(used.worker_seconds_per_million, 2)
         + ", master " + text_of(used.master_seconds_per_million, 2) + "; peak memory: worker "
         + mebibytes(used.worker_bytes_max) + ", master " + mebibytes(used.master_bytes_max)
         + "; memory per session: " + text_of(used.bytes_per_session, 0) + " bytes\n";
}

std::string sweep_table(const std::vector<sweep_point>& sweep) {
  table points{{"in flight", "op/s", "p50 us", "p99 us", "peer op/s", "peer p50 us", "peer p99 us"}};
  for (const auto& [in_flight, ours, theirs] : sweep)
    points.add({std::to_string(in_flight), with_decimals(ours.operations_per_second, 0),
                text_of(ours.p50_microseconds, 1), text_of(ours.p99_microseconds, 1),
                theirs ? with_decimals(theirs->operations_per_second, 0) : "-",
                theirs ? text_of(theirs->p50_microseconds, 1) : "-",
                theirs ? text_of(theirs->p99_microseconds, 1) : "-"});
  return points.text();
}

} // namespace

std::string report_text(const bench_report& report) {
  auto text = title_of(report) + rates_table(report) + resources_text(report.resources);
  if (report.versus)
    text += comparison_text(report);
  if (!report.sweep.empty())
    text += sweep_table(report.sweep);
  return text;
}

} // namespace cluster_store::apps
