#include <cluster_store/apps/support/terminal/table.hpp>

#include <algorithm>

#include <cluster_store/apps/support/terminal/terminal.hpp>

namespace cluster_store::apps {

std::string table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& cells : rows_)
    for (std::size_t column = 0; column < widths.size(); ++column)
      widths[column] = std::max(widths[column], cells.at(column).size());
  std::string text;
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t column = 0; column < widths.size(); ++column) {
      const std::string padding(widths[column] - cells[column].size(), ' ');
      line += column == 0 ? cells[column] + padding : "  " + padding + cells[column];
    }
    text += (&cells == &rows_.front() ? emphasised(line) : line) + '\n';
  }
  return text;
}

} // namespace cluster_store::apps
