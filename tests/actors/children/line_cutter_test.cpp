#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <cluster_store/actors/children/line_cutter.hpp>
#include <cluster_store/tests/support/catch.hpp>

using cluster_store::actors::line_cutter;

namespace {

using lines = std::vector<std::string>;

/// @returns the lines of `text`, which comes in blocks of `size`.
lines cut(std::string_view text, std::size_t size) {
  line_cutter cutter;
  lines out;
  const auto keep = [&out](std::string_view line) { out.emplace_back(line); };
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
    cutter.feed(text.substr(0, size), keep);
  cutter.finish(keep);
  return out;
}

} // namespace

TEST_CASE("a child's lines are the same however they come") {
  for (const std::size_t size : {1, 2, 3, 7, 100})
    CHECK(cut("one\n\ntwo\nthree", size) == lines{"one", "", "two", "three"});
  CHECK(cut("", 1).empty());
  CHECK(cut("\n", 1) == lines{""});
}

TEST_CASE("a child's line at the limit is one line, and one byte more makes it two") {
  constexpr auto most = line_cutter::line_bytes_max;
  const std::string longest(most, 'x');
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, most, 3 * most}) {
    CHECK(cut(longest + "\nnext\n", size) == lines{longest, "next"});
    CHECK(cut(longest + "y\nnext\n", size) == lines{longest, "y", "next"});
    CHECK(cut(longest + longest + "\n\n", size) == lines{longest, longest, ""});
    CHECK(cut(longest, size) == lines{longest});
  }
}

TEST_CASE("of what a child writes nothing is lost, and no line is longer than the limit") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += std::string(random() % 40'000, static_cast<char>('a' + i % 26)) + '\n';
  line_cutter cutter;
  std::string joined;
  std::size_t longest = 0;
  const auto take = [&](std::string_view line) {
    joined += line;
    longest = std::max(longest, line.size());
  };
  for (std::string_view rest = text; !rest.empty();) {
    const auto size = std::min<std::size_t>(1 + random() % 9'000, rest.size());
    cutter.feed(rest.substr(0, size), take);
    rest.remove_prefix(size);
  }
  cutter.finish(take);
  std::erase(text, '\n');
  CHECK(joined == text);
  CHECK(longest <= line_cutter::line_bytes_max);
}
