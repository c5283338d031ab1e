#pragma once

#include <string>

#include <cluster_store/apps/bench/report/report.hpp>
#include <cluster_store/apps/bench/report/svg.hpp>

namespace cluster_store::apps {

/// @returns the plot of a report's sweep: throughput on the left, p99 on the right, ours and the peer's.
/// Pure.
svg_plot plot_of(const bench_report& report);

/// Writes `text` to a file, in place of what was there.
/// @errors `io_error` naming the file.
result<void> write_file(const std::string& path, const std::string& text);

} // namespace cluster_store::apps
