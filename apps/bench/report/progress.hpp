#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <thread>

namespace cluster_store::apps {

/// A line on the terminal that says what goes on, until the end of the object. Nothing if nobody looks at the
/// standard error output.
class progress_line {
public:
  /// @param completed operations so far; asked by a thread of its own. 0 is not shown.
  progress_line(const std::string& what, std::function<std::uint64_t()> completed);
  explicit progress_line(const std::string& what) : progress_line(what, nullptr) {}
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line();

private:
  std::promise<void> ended_;
  std::thread shower_;
};

} // namespace cluster_store::apps
