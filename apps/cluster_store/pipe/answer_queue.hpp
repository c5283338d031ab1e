#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <cluster_store/apps/cluster_store/pipe/answer.hpp>
#include <cluster_store/apps/cluster_store/pipe/answer_budget.hpp>

namespace cluster_store::apps {

/// What bounds a pipe.
struct pipe_limits {
  std::uint32_t lines_max = 1'024;                 ///< Lines whose answers were not written yet; at least 1.
  std::size_t bytes_max = 12 * 1024 * 1024;        ///< Bytes of their ids and data, unless one line has more.
  std::size_t answer_bytes_max = 64 * 1024 * 1024; ///< Bytes of answers, unless one answer has more.
};

/// Lets lines of `pipe` out as long as there is room, and writes their answers.
///
/// Answers are collected in blocks that a thread of its own writes, so whoever answers never waits for the
/// reader of the answers; a lone answer is written at once. A line takes room until its answer is written, so
/// a slow reader slows the input down instead of filling the memory. An answer that finds no room
/// (`answer_budget`) is dropped, and its line sent again when there is some; meanwhile no new line is let
/// out.
///
/// Threads: `admit`, `refuse` and `finish` from one thread; `answer` from any.
class answer_queue {
public:
  using ticket = std::uint32_t;
  using kind = answer_budget::kind;

  /// @param write writes a block; returns whether somebody still reads.
  /// @param on_broken called once, on the writer's thread, when nobody reads any more.
  /// @param send_again called on the writer's thread for a line, of a kind that is not small, whose answer
  /// was dropped; never after `finish` returned.
  answer_queue(pipe_limits limits, std::function<bool(std::string_view)> write,
               std::function<void()> on_broken, std::function<void(ticket)> send_again = {});

  ~answer_queue();
  answer_queue(const answer_queue&) = delete;
  answer_queue& operator=(const answer_queue&) = delete;

  /// Waits for room for a line with `bytes` of id and data, and an answer of a kind.
  /// @returns what `answer` wants; nothing once nobody reads any more.
  std::optional<ticket> admit(answer_key key, std::size_t bytes, kind what = kind::small);

  /// Answers an admitted line. Never blocks for long. @param append called with a text to append the answer
  /// to, and the line's key.
  /// @param content_bytes of what the answer holds, in any form: it is not much shorter.
  template <class F>
  void answer(ticket line, F&& append, std::size_t content_bytes = 0) {
    if (content_bytes > shared_bytes_max)
      return answer_alone(line, append, content_bytes);
    const std::lock_guard lock{mutex_};
    auto& shared = block_for(content_bytes);
    const auto before = shared.text.size();
    append(shared.text, slots_[line].key);
    if (take(line, shared.text.size() - before))
      ++shared.answers;
    else
      shared.text.resize(before);
    wake_writer();
  }

  /// Answers an admitted line with an error. A deadline that may have passed because too many lines were let
  /// out, whose answers were longer than expected, is none: the line is sent again.
  void fail(ticket line, const error& problem);

  /// Answers a line that is not let out; waits for room. @returns false once nobody reads any more.
  bool refuse(answer_key key, const error& problem);

  /// Waits until every admitted line was answered and written. @returns false if nobody read all of it.
  bool finish();

private:
  /// Answers with more content get a block of their own, which is given back.
  static constexpr std::size_t shared_bytes_max = 16 * 1024;

  struct slot {
    answer_key key;
    std::size_t bytes = 0;
    kind what = kind::small;
    std::size_t reserved = 0;        ///< Or to be reserved, when it is sent again.
    std::uint64_t wrong_guesses = 0; ///< When it was let out.
    bool was_late = false;           ///< It was sent again after its deadline: once is enough.
  };

  struct block {
    std::string text;
    std::uint32_t answers = 0;
  };

  /// Outside the lock, for the time that it takes.
  template <class F>
  void answer_alone(ticket line, F& append, std::size_t content_bytes) {
    if (!may_fit(line, content_bytes))
      return;
    block own{{}, 1};
    own.text.reserve(content_bytes + content_bytes / 2);
    append(own.text, slots_[line].key);
    const std::lock_guard lock{mutex_};
    if (take(line, own.text.size()))
      blocks_.push_back(std::move(own));
    wake_writer();
  }

  bool wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes, kind what);
  bool may_fit(ticket line, std::size_t content_bytes);
  bool fits(ticket line, std::size_t bytes);
  bool take(ticket line, std::size_t bytes);
  void send_later(ticket line);
  block& block_for(std::size_t content_bytes);
  void wake_writer();
  bool may_send_again() const;
  void send_dropped(std::unique_lock<std::mutex>& lock);
  void write_block(std::unique_lock<std::mutex>& lock);
  void write_blocks();

  const pipe_limits limits_;
  const std::function<bool(std::string_view)> write_;
  const std::function<void()> on_broken_;
  const std::function<void(ticket)> send_again_;

  std::mutex mutex_;
  std::condition_variable writer_wakes_;
  std::condition_variable reader_wakes_;
  std::vector<slot> slots_;
  std::vector<ticket> free_;
  answer_budget budget_;
  std::deque<ticket> dropped_;      ///< Lines that wait for being sent again.
  std::uint64_t wrong_guesses_ = 0; ///< Long answers that were not expected, or had no room.
  std::deque<block> blocks_;        ///< To be written; short answers are collected in the last.
  std::string spare_;               ///< Memory for the next one.
  std::uint32_t lines_ = 0;         ///< Admitted or refused, answer not written yet.
  std::size_t bytes_ = 0;           ///< Of admitted lines without an answer.
  bool writer_waits_ = false;
  bool reader_waits_ = false;
  bool reader_wants_room_ = false; ///< For an answer, not for a line.
  bool broken_ = false;
  bool stop_ = false;
  std::thread writer_; ///< Last: it uses the others.
};

} // namespace cluster_store::apps
