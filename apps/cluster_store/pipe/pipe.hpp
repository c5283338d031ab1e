#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/cluster_store/pipe/answer_queue.hpp>
#include <cluster_store/apps/cluster_store/pipe/line_splitter.hpp>
#include <cluster_store/apps/cluster_store/pipe/request.hpp>

namespace cluster_store::apps {

/// Longest line of `pipe`: the largest session that a master may allow (16 MiB) fits, also as text of which
/// each byte is escaped (`\u0001`).
inline constexpr std::size_t pipe_line_bytes_max = 97 * 1024 * 1024;

/// Runs the lines of `pipe` against a store: every line gets exactly one answer.
///
/// Threads: one thread feeds; answers come on the store handle's thread and are written by the queue's.
class pipe {
public:
  /// @param write,on_broken as of `answer_queue`.
  /// @pre this object outlives every operation, that is, the last copy of `store` is closed before it ends.
  pipe(client store, pipe_limits limits, std::function<bool(std::string_view)> write,
       std::function<void()> on_broken);

  /// Takes a block of input. Blocks while too many lines are under way.
  /// @returns false once nobody reads the answers any more.
  bool feed(std::string_view block);

  /// Takes the end of the input: waits until all lines are answered. @returns false if nobody read all of it.
  bool finish();

private:
  void take(const input_line& line);
  void issue(answer_queue::ticket ticket, const operations::any_of<std::string>& what);

  client store_;
  line_splitter lines_{pipe_line_bytes_max};
  pipe_request_reader reader_;
  pipe_request request_;
  bool broken_ = false;
  std::vector<operations::any_of<std::string>> reads_; ///< Lines that can be sent again, by ticket.
  answer_queue answers_;                               ///< Last: its thread uses the others.
};

} // namespace cluster_store::apps
