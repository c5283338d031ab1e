#include <cluster_store/apps/bench/report.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/support/table.hpp>

namespace cluster_store::apps {

namespace {

struct named_share {
  const char* name;
  double share;
};

constexpr named_share shares[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};

const char* name_of(workload what) {
  return what == workload::get ? "get" : "set";
}

double microseconds(const bench_report& report, double share) {
  return static_cast<double>(report.latencies->percentile(share).count()) / 1'000;
}

std::string with_decimals(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string rounded(double value) {
  return std::to_string(std::llround(value));
}

} // namespace

void bench_report::add(const round_result& round) {
  rounds.push_back(round.operations_per_second());
  errors += round.errors;
  latencies->add(round.latencies);
}

double bench_report::median() const {
  auto sorted = rounds;
  std::sort(sorted.begin(), sorted.end());
  return sorted.empty() ? 0 : sorted[(sorted.size() - 1) / 2];
}

std::string report_json(const bench_report& report) {
  auto latencies = nlohmann::ordered_json::object();
  for (const auto& [name, share] : shares)
    latencies[name] = microseconds(report, share);
  nlohmann::ordered_json document{{"workload", name_of(report.how.what)},
                                  {"mode", report.mode},
                                  {"backend", report.backend},
                                  {"endpoint", report.where},
                                  {"in_flight", report.how.in_flight},
                                  {"keys", report.how.keys},
                                  {"value_bytes", report.how.value_bytes},
                                  {"operations_per_second", std::llround(report.median())},
                                  {"rounds", report.rounds},
                                  {"operations", report.latencies->count()},
                                  {"errors", report.errors},
                                  {"latency_microseconds", std::move(latencies)}};
  return document.dump() + '\n';
}

std::string report_text(const bench_report& report) {
  table row{{"workload", "in flight", "op/s", "slowest", "fastest", "p50 us", "p90 us", "p99 us", "p99.9 us",
             "max us", "errors"}};
  const auto [slowest, fastest] = std::minmax_element(report.rounds.begin(), report.rounds.end());
  row.add({name_of(report.how.what), std::to_string(report.how.in_flight), rounded(report.median()),
           rounded(*slowest), rounded(*fastest), with_decimals(microseconds(report, 0.5), 1),
           with_decimals(microseconds(report, 0.9), 1), with_decimals(microseconds(report, 0.99), 1),
           with_decimals(microseconds(report, 0.999), 1), with_decimals(microseconds(report, 1), 1),
           std::to_string(report.errors)});
  std::string title = report.mode + " mode";
  if (!report.backend.empty())
    title += ", " + report.backend;
  if (!report.where.empty())
    title += ", " + report.where;
  title += ": " + std::to_string(report.how.keys) + " sessions of " + std::to_string(report.how.value_bytes)
           + " bytes, median of " + std::to_string(report.rounds.size()) + " rounds\n";
  return title + row.text();
}

} // namespace cluster_store::apps
