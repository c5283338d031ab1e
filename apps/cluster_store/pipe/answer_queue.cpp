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

std::optional<answer_queue::ticket> answer_queue::admit(answer_key key, std::size_t bytes, kind what) {
  std::unique_lock lock{mutex_};
  if (!wait_for_room(lock, bytes, what))
    return std::nullopt;
  ++lines_;
  bytes_ += bytes;
  const auto reserved = budget_.estimate(what);
  budget_.reserve(reserved);
  const auto line = free_.back();
  free_.pop_back();
  slots_[line] = {key, bytes, what, reserved, wrong_guesses_};
  return line;
}

void answer_queue::fail(ticket line, const error& problem) {
  {
    const std::lock_guard lock{mutex_};
    auto& failed = slots_[line];
    budget_.release(std::exchange(failed.reserved, 0));
    if (problem.code == errc::deadline_exceeded && failed.what != kind::small
        && failed.wrong_guesses != wrong_guesses_ && !std::exchange(failed.was_late, true)) {
      failed.reserved = budget_.estimate(failed.what);
      return send_later(line);
    }
    failed.what = kind::small;
  }
  answer(line, [&](std::string& out, answer_key key) { append_failure(out, key, problem); });
}

bool answer_queue::refuse(answer_key key, const error& problem) {
  const auto line = admit(key, 0);
  if (line)
    fail(*line, problem);
  return line.has_value();
}

bool answer_queue::finish() {
  std::unique_lock lock{mutex_};
  reader_waits_ = true;
  reader_wakes_.wait(lock, [this] { return lines_ == 0 || broken_; });
  reader_waits_ = false;
  return !broken_;
}

bool answer_queue::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes, kind what) {
  auto lines_wanted = limits_.lines_max;
  const auto has_room = [&] {
    reader_wants_room_ = !dropped_.empty() || !budget_.has_room(budget_.estimate(what));
    return broken_
           || (lines_ < lines_wanted && !reader_wants_room_
               && (bytes_ == 0 || bytes_ + bytes <= limits_.bytes_max));
  };
  if (has_room())
    return !broken_;
  // Some more room than one line needs, so that the two threads do not wake each other for every line.
  lines_wanted -= limits_.lines_max / 4;
  reader_waits_ = true;
  reader_wakes_.wait(lock, has_room);
  reader_waits_ = false;
  return !broken_;
}

/// Reserves what an answer will need at least, before that is known exactly. @returns false if it was
/// dropped.
bool answer_queue::may_fit(ticket line, std::size_t content_bytes) {
  const std::lock_guard lock{mutex_};
  wrong_guesses_ += content_bytes > slots_[line].reserved ? 1 : 0;
  return fits(line, content_bytes);
}

/// @returns whether an answer of `bytes` has room, which it then takes; else it was dropped.
bool answer_queue::fits(ticket line, std::size_t bytes) {
  auto& answered = slots_[line];
  const bool has_room = budget_.take(answered.what, std::exchange(answered.reserved, bytes), bytes);
  if (!has_room) {
    ++wrong_guesses_;
    send_later(line);
  }
  return has_room;
}

/// As `fits`; then its line is done.
bool answer_queue::take(ticket line, std::size_t bytes) {
  if (!fits(line, bytes))
    return false;
  bytes_ -= slots_[line].bytes;
  free_.push_back(line);
  if (reader_waits_ && reader_wants_room_) // it may have been shorter than was reserved
    reader_wakes_.notify_one();
  return true;
}

/// @pre what the line had reserved is given back.
void answer_queue::send_later(ticket line) {
  dropped_.push_back(line);
  wake_writer(); // which sends it again, if there is room already
}

/// Another block unless an answer with `content_bytes` fits into the memory of the last one.
answer_queue::block& answer_queue::block_for(std::size_t content_bytes) {
  constexpr std::size_t longest_escape = 6;
  const auto wanted = longest_escape * content_bytes + answer_budget::small_bytes_max;
  if (blocks_.empty() || blocks_.back().text.capacity() - blocks_.back().text.size() < wanted) {
    blocks_.push_back({std::exchange(spare_, {}), 0});
    blocks_.back().text.reserve(block_memory);
  }
  return blocks_.back();
}

void answer_queue::wake_writer() {
  if (std::exchange(writer_waits_, false))
    writer_wakes_.notify_one();
}

bool answer_queue::may_send_again() const {
  return !dropped_.empty() && !broken_ && !stop_ && budget_.has_room(slots_[dropped_.front()].reserved);
}

void answer_queue::send_dropped(std::unique_lock<std::mutex>& lock) {
  const auto line = dropped_.front();
  dropped_.pop_front();
  budget_.reserve(slots_[line].reserved);
  slots_[line].wrong_guesses = wrong_guesses_;
  lock.unlock();
  send_again_(line);
  lock.lock();
}

void answer_queue::write_block(std::unique_lock<std::mutex>& lock) {
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
  std::unique_lock lock{mutex_};
  for (;;) {
    while (blocks_.empty() && !may_send_again() && !stop_) {
      writer_waits_ = true;
      writer_wakes_.wait(lock);
    }
    writer_waits_ = false;
    if (may_send_again())
      send_dropped(lock);
    else if (!blocks_.empty())
      write_block(lock);
    else
      return;
    if (reader_waits_)
      reader_wakes_.notify_one();
  }
}

} // namespace cluster_store::apps
