#include <cluster_store/apps/demo/worker.hpp>

#include <array>
#include <chrono>
#include <iostream>
#include <mutex>
#include <random>
#include <semaphore>

#include <poll.h>
#include <unistd.h>

#include <cluster_store/actors/client.hpp>

namespace cluster_store::apps {

namespace {

using steady = std::chrono::steady_clock;

constexpr int in_flight = 16;

/// Name of the session in which `worker` tells the others how many of its writes, from 0 on, are
/// acknowledged.
std::string progress_id(int worker) {
  return "progress-of-worker-" + std::to_string(worker);
}

/// What a worker did so far. Filled by callbacks on the handle's thread, asked by the main thread.
class journal {
public:
  void answered(const auto& outcome) {
    const std::lock_guard lock{mutex_};
    const auto now = steady::now();
    longest_pause_ = std::max(longest_pause_, now - last_answer_);
    last_answer_ = now;
    ++report_.operations;
    if (!outcome && !first_problem_)
      first_problem_ = outcome.error();
  }

  void wrote(std::uint64_t number, bool acknowledged) {
    const std::lock_guard lock{mutex_};
    settled_.resize(std::max<std::size_t>(settled_.size(), number + 1));
    settled_[number] = acknowledged;
    report_.writes = settled_.size();
    if (!acknowledged)
      report_.unacknowledged.push_back(number);
    while (known_ < settled_.size() && settled_[known_])
      ++known_;
  }

  void read_other(bool as_written) {
    const std::lock_guard lock{mutex_};
    ++report_.reads_of_others;
    report_.wrong_reads += as_written ? 0 : 1;
  }

  void other_is_at(int worker, std::uint64_t number) {
    const std::lock_guard lock{mutex_};
    others_[static_cast<std::size_t>(worker)] = number;
  }

  std::uint64_t known_of(int worker) const {
    const std::lock_guard lock{mutex_};
    return others_[static_cast<std::size_t>(worker)];
  }

  /// @returns how many writes from 0 on are acknowledged without a gap.
  std::uint64_t acknowledged_without_gap() const {
    const std::lock_guard lock{mutex_};
    return known_;
  }

  std::uint64_t acknowledged() const {
    const std::lock_guard lock{mutex_};
    return report_.acknowledged();
  }

  worker_report finish(std::uint64_t connects) {
    const std::lock_guard lock{mutex_};
    if (first_problem_)
      std::cerr << "first error: " << to_string(first_problem_->code) << ": " << first_problem_->message
                << '\n';
    report_.reconnects = connects > 0 ? connects - 1 : 0;
    report_.longest_pause_ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(longest_pause_).count());
    return report_;
  }

private:
  mutable std::mutex mutex_;
  worker_report report_;
  std::vector<bool> settled_; ///< By number: whether the write is acknowledged.
  std::uint64_t known_ = 0;
  std::array<std::uint64_t, demo_workers + 1> others_{};
  steady::time_point last_answer_ = steady::now();
  steady::duration longest_pause_{};
  std::optional<error> first_problem_;
};

/// Issues the operations of one worker, a few at a time.
class shopper {
public:
  shopper(int worker, client store)
      : worker_(worker), store_(std::move(store)), random_(std::random_device{}()) {}

  /// One round: a new session, its progress told, another worker's session read, one of its own touched.
  void step() {
    write();
    if (writes_ % 8 == 0)
      publish();
    const int other = 1 + (worker_ + static_cast<int>(random_() % (demo_workers - 1))) % demo_workers;
    if (writes_ % 8 == 4)
      ask(other);
    if (const auto known = journal_.known_of(other); known > 0)
      read(other, random_() % known);
    if (const auto known = journal_.acknowledged_without_gap(); known > 0)
      touch(random_() % known);
  }

  journal& finish() {
    for (int slot = 0; slot < in_flight; ++slot)
      free_.acquire();
    return journal_;
  }

  const journal& seen() const { return journal_; }

private:
  /// @returns a callback that takes note of the answer and frees the slot that this call waits for.
  template <class F>
  auto noted(F&& note) {
    free_.acquire();
    return [this, note = std::forward<F>(note)](const auto& outcome) {
      journal_.answered(outcome);
      note(outcome);
      free_.release();
    };
  }

  void write() {
    const auto number = writes_++;
    store_.set(demo_id(worker_, number), demo_data(worker_, number), {.ttl = std::chrono::hours{1}},
               noted([this, number](const auto& outcome) { journal_.wrote(number, outcome.has_value()); }));
  }

  void publish() {
    store_.set(progress_id(worker_), std::to_string(journal_.acknowledged_without_gap()), {},
               noted([](const auto&) {}));
  }

  void ask(int other) {
    store_.get(progress_id(other), noted([this, other](const result<std::optional<session>>& outcome) {
                 if (outcome && *outcome)
                   journal_.other_is_at(other, std::stoull((*outcome)->data));
               }));
  }

  void read(int other, std::uint64_t number) {
    store_.get(demo_id(other, number),
               noted([this, other, number](const result<std::optional<session>>& outcome) {
                 if (outcome)
                   journal_.read_other(*outcome && (*outcome)->data == demo_data(other, number));
               }));
  }

  void touch(std::uint64_t number) {
    store_.touch(demo_id(worker_, number), std::chrono::hours{2}, noted([](const auto&) {}));
  }

  const int worker_;
  client store_;
  journal journal_;
  std::counting_semaphore<in_flight> free_{in_flight};
  std::uint64_t writes_ = 0;
  std::mt19937_64 random_;
};

bool input_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) > 0;
}

} // namespace

int run_worker(int worker, const endpoint& where) {
  options how;
  how.mode = mode::worker;
  how.where = where;
  how.worker_name = "worker-" + std::to_string(worker);
  how.calls.timeout = std::chrono::seconds{15}; // longer than the master is away
  auto store = cluster_store::open(how);
  if (!store) {
    std::cerr << "worker " << worker << ": " << store.error().message << '\n';
    return 1;
  }
  std::cout << "connected" << std::endl;
  shopper work{worker, *store};
  auto next_progress = steady::now();
  while (!input_ended()) {
    work.step();
    if (steady::now() < next_progress)
      continue;
    std::cout << "progress " << work.seen().acknowledged() << std::endl;
    next_progress = steady::now() + std::chrono::milliseconds{100};
  }
  auto& seen = work.finish();
  std::cout << report_line(seen.finish(store->status().connects)) << std::endl;
  store->close();
  return 0;
}

} // namespace cluster_store::apps
