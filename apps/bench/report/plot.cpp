#include <cluster_store/apps/bench/report/plot.hpp>

#include <fstream>

namespace cluster_store::apps {

svg_plot plot_of(const bench_report& report) {
  const auto& load = report.how.load;
  svg_plot plot{.title = std::string{to_string(load.what)} + ", " + report.how.backend + ", "
                         + std::to_string(load.keys) + " sessions of " + std::to_string(load.value_bytes)
                         + " bytes",
                .x_label = "operations in flight",
                .left_label = "operations per second",
                .right_label = "p99 in microseconds",
                .left = {{"cluster-store", {}}},
                .right = {{"cluster-store", {}}}};
  svg_curve their_rate{report.versus ? report.versus->name : "", {}};
  auto their_p99 = their_rate;
  for (const auto& [in_flight, ours, theirs] : report.sweep) {
    const double x = in_flight;
    plot.left.front().points.push_back({x, ours.operations_per_second});
    if (ours.p99_microseconds > 0)
      plot.right.front().points.push_back({x, *ours.p99_microseconds});
    if (theirs)
      their_rate.points.push_back({x, theirs->operations_per_second});
    if (theirs && theirs->p99_microseconds > 0)
      their_p99.points.push_back({x, *theirs->p99_microseconds});
  }
  if (!their_rate.points.empty())
    plot.left.push_back(their_rate);
  if (!their_p99.points.empty())
    plot.right.push_back(their_p99);
  return plot;
}

result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream out{path, std::ios::trunc};
  out << text << std::flush;
  if (!out)
    return fail(errc::io_error, "cannot write " + path + ": use a place where this user may write");
  return {};
}

} // namespace cluster_store::apps
