#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cluster_store::actors {

/// Cuts what a child writes into lines, with bounded memory: what has no newline for too long comes in parts,
/// each as a line of its own, and nothing is lost.
///
/// Pure; one thread.
class line_cutter {
public:
  /// Longest line, in bytes.
  static constexpr std::size_t line_bytes_max = 16 * 1024;

  /// Calls `on_line(std::string_view)` for each line, without its newline, that ends within `block`.
  template <class F>
  void feed(std::string_view block, const F& on_line) {
    while (!block.empty()) {
      const auto end = block.find('\n');
      const auto room = line_bytes_max - start_.size();
      const auto taken = std::min({end, room, block.size()});
      start_.append(block, 0, taken);
      if (taken == end || taken < block.size()) // a line that is just as long as it may be is no part
        deliver(on_line);
      block.remove_prefix(taken == end ? taken + 1 : taken);
    }
  }

  /// Delivers a last line that has no end.
  template <class F>
  void finish(const F& on_line) {
    if (!start_.empty())
      deliver(on_line);
  }

private:
  template <class F>
  void deliver(const F& on_line) {
    on_line(std::string_view{start_});
    start_.clear();
  }

  std::string start_; ///< Of the line whose end has not come yet.
};

} // namespace cluster_store::actors
