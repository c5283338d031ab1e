#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cluster_store::apps {

/// One line of input.
struct input_line {
  std::string_view text;    ///< Without its end; only the start if it is too long. Valid during the call.
  std::uint64_t number = 0; ///< Counted from 1.
  std::size_t bytes = 0;    ///< Of the whole line; more than `text` has if it is too long.

  bool too_long() const { return text.size() < bytes; }
};

/// Cuts blocks of input into lines with bounded memory, without copying lines that lie within one block.
/// Not thread-safe.
class line_splitter {
public:
  /// @param line_bytes_max longest line kept; of a longer one only the start is, the rest is skipped.
  explicit line_splitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  /// Calls `on_line(const input_line&)` for each line that ends within `block`.
  template <class F>
  void feed(std::string_view block, F&& on_line) {
    while (!block.empty()) {
      const auto end = block.find('\n');
      if (end == std::string_view::npos)
        return keep(block);
      const auto text = block.substr(0, end);
      block.remove_prefix(end + 1);
      deliver(text, on_line);
    }
  }

  /// Delivers a last line that has no end.
  template <class F>
  void finish(F&& on_line) {
    if (!start_.empty() || skipped_bytes_ > 0)
      deliver({}, on_line);
  }

private:
  template <class F>
  void deliver(std::string_view text, F&& on_line) {
    ++number_;
    if (start_.empty() && text.size() <= line_bytes_max_) {
      on_line(input_line{text, number_, text.size()});
      return;
    }
    keep(text);
    on_line(input_line{start_, number_, start_.size() + skipped_bytes_});
    forget();
  }

  void keep(std::string_view text) {
    const auto kept = std::min(text.size(), line_bytes_max_ - start_.size());
    start_.append(text, 0, kept);
    skipped_bytes_ += text.size() - kept;
  }

  void forget() {
    start_.clear();
    if (start_.capacity() > idle_bytes_max)
      start_.shrink_to_fit();
    skipped_bytes_ = 0;
  }

  /// A buffer that one long line made larger than this is given back.
  static constexpr std::size_t idle_bytes_max = 64 * 1024;

  std::size_t line_bytes_max_;
  std::string start_;             ///< Of the line whose end has not come yet.
  std::size_t skipped_bytes_ = 0; ///< Of that line, beyond the longest.
  std::uint64_t number_ = 0;
};

} // namespace cluster_store::apps
