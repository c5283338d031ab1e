#include <cluster_store/apps/cluster_store/answer_queue.hpp>

#include <numeric>

namespace cluster_store::apps {

namespace {

constexpr std::size_t block_bytes = 256 * 1024;

} // namespace

answer_queue::answer_queue(pipe_limits limits, std::function<bool(std::string_view)> write,
                           std::function<void()> on_broken)
    : limits_(limits),
      write_(std::move(write)),
      on_broken_(std::move(on_broken)),
      slots_(limits.lines_max),
      free_(limits.lines_max) {
  std::iota(free_.rbegin(), free_.rend(), ticket{0});
  block_.reserve(block_bytes);
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

std::optional<answer_queue::ticket> answer_queue::admit(std::uint64_t seq, std::size_t bytes) {
  std::unique_lock lock{mutex_};
  if (!wait_for_room(lock, bytes))
    return std::nullopt;
  ++lines_;
  bytes_ += bytes;
  const auto line = free_.back();
  free_.pop_back();
  slots_[line] = {seq, bytes};
  return line;
}

bool answer_queue::refuse(answer_key line, const error& problem) {
  std::unique_lock lock{mutex_};
  if (!wait_for_room(lock, 0))
    return false;
  ++lines_;
  append_failure(block_, line, problem);
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

bool answer_queue::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  const auto bytes_fit = [this, bytes] { return bytes_ == 0 || bytes_ + bytes <= limits_.bytes_max; };
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

void answer_queue::added() {
  ++answers_in_block_;
  if (writer_waits_) {
    writer_waits_ = false;
    writer_wakes_.notify_one();
  }
}

void answer_queue::write_blocks() {
  std::string block;
  block.reserve(block_bytes);
  std::unique_lock lock{mutex_};
  for (;;) {
    writer_waits_ = answers_in_block_ == 0;
    writer_wakes_.wait(lock, [this] { return answers_in_block_ > 0 || stop_; });
    writer_waits_ = false;
    if (answers_in_block_ == 0)
      return;
    block.swap(block_);
    const auto answers = std::exchange(answers_in_block_, 0);
    const bool whole = !broken_;
    lock.unlock();
    const bool read = whole && write_(block);
    if (whole && !read)
      on_broken_();
    block.clear();
    if (block.capacity() > 4 * block_bytes) { // one huge answer does not stay in memory
      block.shrink_to_fit();
      block.reserve(block_bytes);
    }
    lock.lock();
    lines_ -= answers;
    broken_ = broken_ || !read;
    if (reader_waits_)
      reader_wakes_.notify_one();
  }
}

} // namespace cluster_store::apps
