#pragma once

#include <string>
#include <vector>

namespace cluster_store::apps {

/// A small table for people: columns as wide as they need, the first one left-aligned, the others
/// right-aligned.
class table {
public:
  using row = std::vector<std::string>;

  explicit table(row heading) : rows_{std::move(heading)} {}

  /// @pre `cells` has as many cells as the heading. Cells are ASCII.
  void add(row cells) { rows_.push_back(std::move(cells)); }

  /// @returns all of it, the heading emphasised on a terminal, with a line end.
  std::string text() const;

private:
  std::vector<row> rows_;
};

} // namespace cluster_store::apps
