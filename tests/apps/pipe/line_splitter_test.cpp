#include <cluster_store/apps/cluster_store/pipe/line_splitter.hpp>

#include <random>
#include <tuple>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

using seen_line = std::tuple<std::string, std::uint64_t, std::size_t>;

/// Feeds `text` in blocks of the given sizes, the last of which repeats.
std::vector<seen_line> split(std::string_view text, std::size_t line_bytes_max, std::size_t block) {
  std::vector<seen_line> lines;
  const auto keep = [&](const input_line& line) { lines.emplace_back(line.text, line.number, line.bytes); };
  line_splitter splitter{line_bytes_max};
  for (; !text.empty(); text.remove_prefix(std::min(block, text.size())))
    splitter.feed(text.substr(0, block), keep);
  splitter.finish(keep);
  return lines;
}

} // namespace

TEST_CASE("lines are the same however the input comes in blocks") {
  const auto block =
      GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000});
  const std::vector<seen_line> expected{
      {"one", 1, 3}, {"", 2, 0}, {"exactly8", 3, 8}, {"longer t", 4, 17}, {"last", 5, 4}};
  CHECK(split("one\n\nexactly8\nlonger than eight\nlast", 8, block) == expected);
}

TEST_CASE("an end of line at the end of the input starts no further line") {
  CHECK(split("", 8, 3).empty());
  CHECK(split("a\n", 8, 3) == std::vector<seen_line>{{"a", 1, 1}});
  CHECK(split("\n", 8, 3) == std::vector<seen_line>{{"", 1, 0}});
}

TEST_CASE("a line that is too long takes no more memory than it may") {
  line_splitter splitter{100};
  const std::string block(64 * 1024, 'x');
  std::vector<std::size_t> kept;
  const auto keep = [&](const input_line& line) { kept.push_back(line.text.size()); };
  for (int round = 0; round < 1'000; ++round)
    splitter.feed(block, keep);
  splitter.feed("\nok\n", keep);
  CHECK(kept == std::vector<std::size_t>{100, 2});
}
