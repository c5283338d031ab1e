#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include <cluster_store/tests/support/history.hpp>
#include <cluster_store/tests/support/pipe_worker.hpp>

namespace cluster_store::tests {

/// A load of random operations on a number of sessions.
struct load_options {
  std::uint64_t seed = 1;
  std::size_t sessions = 1'000;
  std::size_t in_flight = 64;          ///< Unanswered operations of each worker.
  std::size_t padding_bytes_max = 120; ///< Of data, besides the value.
  std::string prefix = "session-";
};

/// Drives workers with random gets, sets, conditional sets, touches and destroys, and records what they saw.
///
/// A worker that is told `unavailable` or `overloaded` pauses for 5 ms, as a sensible caller would.
class load {
public:
  /// @pre the workers outlive the load.
  load(std::vector<pipe_worker*> workers, const load_options& how);

  /// Processes whose output must be read while the load runs, lest they block.
  void also_read(std::function<process*()> other) { others_.push_back(std::move(other)); }

  /// Goes on until `done`. @returns false if that takes until `limit`.
  bool run(const std::function<bool()>& done, deadline limit);

  /// Goes on until `count` more operations have succeeded.
  bool run_for(std::size_t count, deadline limit);

  /// Waits until all that was sent is answered, sending nothing new.
  bool settle(deadline limit);

  /// Gets each session once through `worker` and waits for the answers; the reads are part of the history.
  bool read_all(std::size_t worker, deadline limit);

  /// A worker that is gone: what it was not told is unknown, and it gets nothing more to do.
  void give_up(std::size_t worker);

  std::size_t succeeded() const noexcept { return succeeded_; }
  std::size_t sent() const noexcept { return history_.size(); }

  /// How many answers of a worker were errors, by code.
  const std::map<std::string, std::size_t>& errors() const noexcept { return errors_; }

  /// What was seen so far; operations without an answer are unknown.
  const history& calls() const noexcept { return history_; }

  /// A line for the log: operations, successes, errors.
  std::string summary() const;

private:
  struct driven {
    pipe_worker* worker = nullptr;
    std::unordered_map<std::uint64_t, std::size_t> pending; ///< seq → index in the history.
    moment pause_until = 0;
    bool gone = false;
  };

  call random_call(std::uint32_t worker);
  void send(std::uint32_t worker, call what);
  void fill(std::uint32_t worker);
  void take(driven& from);
  void record(driven& from, call& what, const pipe_answer& answer);
  void step(bool with_new);
  std::size_t below(std::size_t limit);

  load_options how_;
  std::vector<driven> workers_;
  std::vector<std::function<process*()>> others_;
  std::mt19937_64 random_;
  history history_;
  std::unordered_map<std::string, std::uint64_t> versions_; ///< Last version seen of each session.
  std::uint64_t last_value_ = 0;
  std::size_t succeeded_ = 0;
  std::map<std::string, std::size_t> errors_;
};

} // namespace cluster_store::tests
