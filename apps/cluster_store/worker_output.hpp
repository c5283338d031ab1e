#pragma once

#include <atomic>
#include <mutex>

#include <cluster_store/actors/children.hpp>

namespace cluster_store::apps {

/// Passes on what the workers of `serve` write, whole lines to its own streams; on a terminal each with the
/// worker's number before it.
///
/// Threads: any. Waits for a reader that is slow, and with it only who called; one that is gone is not
/// missed.
class worker_output {
public:
  worker_output();

  void take(const child_line& line);

  /// From now on a reader that does not read for a second is waited for no more.
  void end() noexcept { ended_ = true; }

private:
  std::timed_mutex own_; ///< Of stdout, if that is not what stderr is.
  bool is_one_stream_;
  bool output_has_numbers_;
  bool errors_have_numbers_;
  std::atomic<bool> ended_{false};
  std::atomic<bool> given_up_{false};
};

} // namespace cluster_store::apps
