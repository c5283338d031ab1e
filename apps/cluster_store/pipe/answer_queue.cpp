#include <cluster_store/apps/cluster_store/pipe/answer_queue.hpp>

#include <numeric>
#include <utility>

namespace cluster_store::apps {

namespace {

/// Of a block of short answers.
constexpr std::size_t block_memory = 256 * 1024;

} // namespace

answer_queue::answer_queue(pipe_limits limits, std::function<bool(std::string_view)> write,
                           std::function<void()> on_broken, std::function<void(ticket)> send_again)
    : limits_(limits),
      write_(std::move(write)),
      on_broken_(std::move(on_broken)),
      send_again_(std::move(send_again)),
      slots_(limits.lines_max),
      free_(limits.lines_max),
      budget_(limits.answer_bytes_max) {
  std::iota(free_.rbegin(), free_.rend(), ticket{0});
  block_.text.reserve(block_memory);
  spare_.reserve(block_memory);
  writer_ = std::thread{[this] { write_blocks(); }};
}

answer_queue::~answer_queue() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
    writer_wakes_.notify_one();
  }
  writer_.join();
}

std::optional<answer_queue::ticket> answer_queue::admit(std::uint64_t seq, std::size_t bytes, kind what) {
  std::unique_lock lock{mutex_};
  if (!wait_for_room(lock, bytes, what))
    return std::nullopt;
  ++lines_;
  bytes_ += bytes;
  const auto reserved = budget_.estimate(what);
  budget_.reserve(reserved);
  const auto line = free_.back();
  free_.pop_back();
  slots_[line] = {seq, bytes, what, reserved, wrong_guesses_};
  return line;
}

void answer_queue::fail(ticket line, const error& problem) {
  {
    const std::lock_guard lock{mutex_};
    auto& failed = slots_[line];
    budget_.release(std::exchange(failed.reserved, 0));
    if (problem.code == errc::deadline_exceeded && failed.what != kind::small
        && failed.wrong_guesses != wrong_guesses_ && !std::exchange(failed.was_late, true))
      return send_later(line, budget_.estimate(failed.what));
    failed.what = kind::small;
  }
  answer(line, [&](std::string& out, answer_key key) { append_failure(out, key, problem); });
}

bool answer_queue::refuse(answer_key line, const error& problem) {
  std::unique_lock lock{mutex_};
  if (!wait_for_room(lock, 0, kind::small))
    return false;
  ++lines_;
  make_room(0);
  const auto before = block_.text.size();
  append_failure(block_.text, line, problem);
  budget_.reserve(block_.text.size() - before);
  added();
  return true;
}

bool answer_queue::finish() {
  std::unique_lock lock{mutex_};
  reader_waits_ = true;
  reader_wakes_.wait(lock, [this] { return lines_ == 0 || broken_; });
  reader_waits_ = false;
  return !broken_;
}

bool answer_queue::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes, kind what) {
  const auto bytes_fit = [&] {
    reader_wants_room_ = !dropped_.empty() || !budget_.has_room(budget_.estimate(what));
    return !reader_wants_room_ && (bytes_ == 0 || bytes_ + bytes <= limits_.bytes_max);
  };
  if (broken_ || (lines_ < limits_.lines_max && bytes_fit()))
    return !broken_;
  // Some more room than one line needs, so that the two threads do not wake each other for every line.
  const auto lines_wanted = limits_.lines_max - limits_.lines_max / 4;
  reader_waits_ = true;
  reader_wakes_.wait(lock,
                     [&] { return broken_ || ((lines_ < lines_wanted || lines_ == 0) && bytes_fit()); });
  reader_waits_ = false;
  return !broken_;
}

/// Reserves what an answer will need at least, before that is known exactly. @returns false if it was
/// dropped.
bool answer_queue::may_fit(ticket line, std::size_t content_bytes) {
  const std::lock_guard lock{mutex_};
  auto& answered = slots_[line];
  if (answered.what != kind::small) {
    wrong_guesses_ += content_bytes > answered.reserved ? 1 : 0;
    if (!budget_.take(answered.what, answered.reserved, content_bytes)) {
      drop(line, content_bytes);
      return false;
    }
    answered.reserved = content_bytes;
  }
  return true;
}

/// @returns whether an answer of `bytes` has room, so that its line is done; else it was dropped.
bool answer_queue::take(ticket line, std::size_t bytes) {
  const auto& answered = slots_[line];
  if (answered.what == kind::small) {
    budget_.keep(answered.reserved, bytes);
  } else if (!budget_.take(answered.what, answered.reserved, bytes)) {
    drop(line, bytes);
    return false;
  }
  bytes_ -= answered.bytes;
  free_.push_back(line);
  if (reader_waits_ && reader_wants_room_) // it may have been shorter than was reserved
    reader_wakes_.notify_one();
  return true;
}

/// @pre what the line had reserved is given back.
void answer_queue::drop(ticket line, std::size_t bytes) {
  ++wrong_guesses_;
  send_later(line, bytes);
}

void answer_queue::send_later(ticket line, std::size_t bytes) {
  slots_[line].reserved = 0;
  dropped_.push_back({line, bytes});
  wake_writer(); // which sends it again, if there is room already
}

/// Begins another block unless an answer with `content_bytes` fits into the memory of this one.
void answer_queue::make_room(std::size_t content_bytes) {
  constexpr std::size_t longest_escape = 6;
  if (block_.text.size() + longest_escape * content_bytes + answer_budget::small_bytes_max > block_memory)
    end_block();
}

void answer_queue::end_block() {
  if (block_.answers > 0)
    blocks_.push_back(std::exchange(block_, {std::exchange(spare_, {}), 0}));
  block_.text.reserve(block_memory);
}

void answer_queue::add_block(block own) {
  own.answers = 1;
  end_block();
  blocks_.push_back(std::move(own));
  wake_writer();
}

void answer_queue::added() {
  ++block_.answers;
  wake_writer();
}

void answer_queue::wake_writer() {
  if (std::exchange(writer_waits_, false))
    writer_wakes_.notify_one();
}

bool answer_queue::may_send_again() const {
  return !dropped_.empty() && !broken_ && !stop_ && budget_.has_room(dropped_.front().bytes);
}

void answer_queue::send_dropped(std::unique_lock<std::mutex>& lock) {
  const auto [line, bytes] = dropped_.front();
  dropped_.pop_front();
  budget_.reserve(bytes);
  slots_[line].reserved = bytes;
  slots_[line].wrong_guesses = wrong_guesses_;
  lock.unlock();
  send_again_(line);
  lock.lock();
}

void answer_queue::write_block(std::unique_lock<std::mutex>& lock) {
  if (blocks_.empty())
    end_block();
  auto next = std::move(blocks_.front());
  blocks_.pop_front();
  const bool whole = !broken_;
  lock.unlock();
  const bool read = whole && write_(next.text);
  if (whole && !read)
    on_broken_();
  lock.lock();
  lines_ -= next.answers;
  budget_.release(next.text.size());
  next.text.clear();
  if (next.text.capacity() >= block_memory && next.text.capacity() < 2 * block_memory)
    spare_ = std::move(next.text);
  broken_ = broken_ || !read;
}

void answer_queue::write_blocks() {
  const auto has_answers = [this] { return block_.answers > 0 || !blocks_.empty(); };
  std::unique_lock lock{mutex_};
  for (;;) {
    while (!has_answers() && !may_send_again() && !stop_) {
      writer_waits_ = true;
      writer_wakes_.wait(lock);
    }
    writer_waits_ = false;
    if (may_send_again())
      send_dropped(lock);
    else if (has_answers())
      write_block(lock);
    else
      return;
    if (reader_waits_)
      reader_wakes_.notify_one();
  }
}

} // namespace cluster_store::apps
