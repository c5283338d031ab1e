#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <cluster_store/apps/cluster_store/pipe_answer.hpp>

namespace cluster_store::apps {

/// What bounds a pipe.
struct pipe_limits {
  std::uint32_t lines_max = 1'024;          ///< Lines whose answers were not written yet; at least 1.
  std::size_t bytes_max = 12 * 1024 * 1024; ///< Bytes of their ids and data, unless one line has more.
};

/// Lets lines of `pipe` out as long as there is room, and writes their answers.
///
/// Answers are collected in one block while the block before is being written by a thread of its own, so
/// whoever answers never waits for the reader of the answers; a lone answer is written at once. A line takes
/// room until its answer is written, so a slow reader slows the input down instead of filling the memory.
///
/// Threads: `admit`, `refuse` and `finish` from one thread; `answer` from any.
class answer_queue {
public:
  using ticket = std::uint32_t;

  /// @param write writes a block; returns whether somebody still reads.
  /// @param on_broken called once, on the writer's thread, when nobody reads any more.
  answer_queue(pipe_limits limits, std::function<bool(std::string_view)> write,
               std::function<void()> on_broken);

  ~answer_queue();
  answer_queue(const answer_queue&) = delete;
  answer_queue& operator=(const answer_queue&) = delete;

  /// Waits for room for a line with number `seq` and `bytes` of id and data.
  /// @returns what `answer` wants; nothing once nobody reads any more.
  std::optional<ticket> admit(std::uint64_t seq, std::size_t bytes);

  /// Answers an admitted line. Never blocks for long. @param append called with the block and the line's key.
  template <class F>
  void answer(ticket line, F&& append) {
    const std::lock_guard lock{mutex_};
    const auto& admitted = slots_[line];
    bytes_ -= admitted.bytes;
    append(block_, answer_key{answer_key::kind::seq, admitted.seq});
    free_.push_back(line);
    added();
  }

  /// Answers a line that was not admitted; waits for room. @returns false once nobody reads any more.
  bool refuse(answer_key line, const error& problem);

  /// Waits until every admitted line was answered and written. @returns false if nobody read all of it.
  bool finish();

private:
  struct slot {
    std::uint64_t seq = 0;
    std::size_t bytes = 0;
  };

  bool wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  void added();
  void write_blocks();

  const pipe_limits limits_;
  const std::function<bool(std::string_view)> write_;
  const std::function<void()> on_broken_;

  std::mutex mutex_;
  std::condition_variable writer_wakes_;
  std::condition_variable reader_wakes_;
  std::vector<slot> slots_;
  std::vector<ticket> free_;
  std::string block_;
  std::uint32_t answers_in_block_ = 0;
  std::uint32_t lines_ = 0; ///< Admitted or refused, answer not written yet.
  std::size_t bytes_ = 0;   ///< Of admitted lines without an answer.
  bool writer_waits_ = false;
  bool reader_waits_ = false;
  bool broken_ = false;
  bool stop_ = false;
  std::thread writer_; ///< Last: it uses the others.
};

} // namespace cluster_store::apps
