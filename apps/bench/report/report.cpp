#include <cluster_store/apps/bench/report/report.hpp>

#include <cmath>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/bench/report/shares.hpp>
#include <cluster_store/apps/support/terminal/text.hpp>

namespace cluster_store::apps {

namespace {

using json = nlohmann::ordered_json;

template <class T>
json json_of(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json rates_of(const std::vector<round_figures>& rounds) {
  auto rates = json::array();
  for (const auto& round : rounds)
    rates.push_back(std::llround(round.operations_per_second));
  return rates;
}

std::optional<double> divided(const std::optional<double>& ours, const std::optional<double>& theirs) {
  if (!ours || !theirs || *theirs == 0)
    return std::nullopt;
  return *ours / *theirs;
}

json latencies_json(const histogram& latencies) {
  auto all = json::object();
  for (const auto& [name, share] : shown_shares)
    all[name] = static_cast<double>(latencies.percentile(share).count()) / 1'000;
  return all;
}

json resources_json(const resource_report& used) {
  return {{"cpu_seconds_per_million_operations",
           {{"worker", json_of(used.worker_seconds_per_million)},
            {"master", json_of(used.master_seconds_per_million)}}},
          {"peak_memory_bytes",
           {{"worker", json_of(used.worker_bytes_max)}, {"master", json_of(used.master_bytes_max)}}},
          {"memory_per_session_bytes", json_of(used.bytes_per_session)}};
}

json peer_json(const bench_report& report) {
  const auto& versus = *report.versus;
  const auto middle = median(versus.rounds);
  json document{{"name", versus.name},
                {"operations_per_second", std::llround(middle.operations_per_second)},
                {"rounds", rates_of(versus.rounds)},
                {"latency_microseconds",
                 {{"p50", json_of(middle.p50_microseconds)}, {"p99", json_of(middle.p99_microseconds)}}},
                {"memory_per_session_bytes", json_of(versus.bytes_per_session)}};
  if (versus.name == "redis") {
    document["connections"] = report.how.workers;
    document["in_flight"] = report.how.load.in_flight;
  }
  return document;
}

json ratio_json(const comparison& ratio) {
  return {{"operations_per_second", ratio.operations_per_second},
          {"p50", json_of(ratio.p50)},
          {"p99", json_of(ratio.p99)},
          {"memory_per_session", json_of(ratio.memory_per_session)}};
}

json figures_json(const round_figures& figures) {
  return {{"operations_per_second", std::llround(figures.operations_per_second)},
          {"p50_microseconds", json_of(figures.p50_microseconds)},
          {"p99_microseconds", json_of(figures.p99_microseconds)}};
}

json sweep_json(const std::vector<sweep_point>& sweep) {
  auto points = json::array();
  for (const auto& point : sweep) {
    json each{{"in_flight", point.in_flight}};
    each.update(figures_json(point.ours));
    if (point.theirs)
      each["peer"] = figures_json(*point.theirs);
    points.push_back(std::move(each));
  }
  return points;
}

} // namespace

void bench_report::add(const round_result& round) {
  rounds.push_back(figures_of(round));
  errors += round.errors;
  latencies->add(round.latencies);
}

comparison bench_report::ratio() const {
  const auto ours = median(rounds);
  const auto theirs = median(versus->rounds);
  return {divided(ours.operations_per_second, theirs.operations_per_second).value_or(0),
          divided(ours.p50_microseconds, theirs.p50_microseconds),
          divided(ours.p99_microseconds, theirs.p99_microseconds),
          divided(resources.bytes_per_session, versus->bytes_per_session)};
}

self_check check_against(double benchmark, double driver, const peer_report& versus) {
  const auto seen = median(versus.rounds).operations_per_second;
  return {benchmark, divided(driver, benchmark).value_or(0), divided(seen, driver).value_or(0)};
}

std::string failure_text(const error& problem, bool as_json) {
  const std::string code{to_string(problem.code)};
  if (!as_json)
    return "cluster-store-bench: " + code + ": " + printable(problem.message) + "\n";
  const json document{{"ok", false}, {"error", code}, {"message", problem.message}};
  return document.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

std::string report_json(const bench_report& report) {
  const auto& how = report.how;
  json document{{"workload", to_string(how.load.what)},
                {"mode", how.mode},
                {"backend", how.connect.empty() ? how.backend : ""},
                {"endpoint", report.where},
                {"in_flight", how.load.in_flight},
                {"workers", how.workers},
                {"keys", how.load.keys},
                {"value_bytes", how.load.value_bytes},
                {"distribution", how.load.picks == distribution::zipf ? "zipf" : "uniform"},
                {"pin", name_of(how.pin)},
                {"operations_per_second", std::llround(median(report.rounds).operations_per_second)},
                {"rounds", rates_of(report.rounds)},
                {"operations", report.latencies->count()},
                {"errors", report.errors},
                {"latency_microseconds", latencies_json(*report.latencies)}};
  document.update(resources_json(report.resources));
  if (report.versus) {
    document["peer"] = peer_json(report);
    document["ratio"] = ratio_json(report.ratio());
  }
  if (report.check)
    document["self_check"] = {{"plain", std::llround(report.check->plain)},
                              {"driver", report.check->driver},
                              {"driver_least", self_check::driver_least},
                              {"ratio", report.check->ratio},
                              {"least", self_check::least},
                              {"ok", report.check->ok()}};
  if (!report.sweep.empty())
    document["sweep"] = sweep_json(report.sweep);
  return document.dump() + '\n';
}

} // namespace cluster_store::apps
