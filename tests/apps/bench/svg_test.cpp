#include <cluster_store/apps/bench/report/plot.hpp>
#include <cluster_store/apps/bench/report/svg.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

svg_plot some_plot() {
  return {.title = "get & <set>",
          .x_label = "in flight",
          .left_label = "rate",
          .right_label = "p99",
          .left = {{"ours", {{1, 0}, {4, 1'000'000}}}, {"theirs", {{1, 0}, {4, 500'000}}}},
          .right = {{"ours", {{1, 10}, {4, 1'000}}}}};
}

} // namespace

TEST_CASE("an axis ends at the next round number") {
  CHECK(round_up(0) == 1);
  CHECK(round_up(1) == 1);
  CHECK(round_up(180'000) == 200'000);
  CHECK(round_up(201'000) == 250'000);
  CHECK(round_up(260) == 500);
  CHECK(round_up(501) == 1'000);
}

TEST_CASE("a plot has a line for each curve, in the colour of its name, dashed on the right axis") {
  const auto text = svg_text(some_plot());
  CHECK(text.starts_with("<svg "));
  CHECK(text.ends_with("</svg>\n"));
  CHECK(count_of(text, "<polyline ") == 3);
  CHECK(count_of(text, "<polyline fill=\"none\" stroke=\"#1f5fbf\"") == 2);
  CHECK(count_of(text, "<polyline fill=\"none\" stroke=\"#1f5fbf\" stroke-width=\"2\" stroke-dasharray")
        == 1);
  CHECK(count_of(text, "<polyline fill=\"none\" stroke=\"#d1621f\"") == 1);
}

TEST_CASE("points are where their axes say") {
  const auto text = svg_text(some_plot());
  CHECK(text.find("points=\"90.0,420.0 810.0,60.0\"") != std::string::npos);  // ours: from 0 to the top
  CHECK(text.find("points=\"90.0,420.0 810.0,240.0\"") != std::string::npos); // theirs: half of it
}

TEST_CASE("labels are escaped and large numbers are short") {
  const auto text = svg_text(some_plot());
  CHECK(text.find("get &amp; &lt;set&gt;") != std::string::npos);
  CHECK(text.find(">200k<") != std::string::npos);
  CHECK(text.find(">1M<") != std::string::npos);
  CHECK(text.find("<set>") == std::string::npos);
}

TEST_CASE("a curve of one point and a plot without a right axis can be drawn") {
  auto plot = some_plot();
  plot.left = {{"ours", {{8, 100}}}};
  plot.right.clear();
  const auto text = svg_text(plot);
  CHECK(count_of(text, "<polyline ") == 1);
  CHECK(text.find("nan") == std::string::npos);
  CHECK(text.find("inf") == std::string::npos);
}

TEST_CASE("a sweep becomes a curve of throughput and one of p99 for each peer that tells it") {
  bench_report report;
  report.sweep = {{1, {10, 1, 2}, {}}, {2, {20, 1, {}}, {}}};
  const auto alone = plot_of(report);
  REQUIRE(alone.left.size() == 1);
  CHECK(alone.left[0].points.size() == 2);
  REQUIRE(alone.right.size() == 1);
  CHECK(alone.right[0].points.size() == 1);

  report.versus = peer_report{"redis", {}, {}};
  report.sweep[0].theirs = round_figures{5, 1, 7};
  const auto both = plot_of(report);
  REQUIRE(both.left.size() == 2);
  CHECK(both.left[1].name == "redis");
  REQUIRE(both.right.size() == 2);
  CHECK(both.right[1].points.front().y == 7);
}
