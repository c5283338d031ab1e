#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include <cluster_store/apps/bench/peers/redis_commands.hpp>
#include <cluster_store/apps/bench/round.hpp>
#include <cluster_store/apps/bench/workload.hpp>

namespace cluster_store::apps {

/// What one connection to Redis is told in a round: as `load` does it, a fixed number of commands in flight,
/// each answer followed by the next operation of the same source, and by the same rules of what counts.
///
/// Redis answers in the order of the commands, so those in flight are a queue. Pure: commands are appended to
/// a text that the caller sends. Not thread-safe.
class redis_exchange {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit redis_exchange(const load_settings& how) : commands_(how), source_(how) {}

  /// Begins a round that issues commands until `end`. @pre no answer is due.
  void begin(std::uint32_t in_flight, time_point now, time_point end, std::string& out);

  bool is_answer_due() const { return !in_flight_.empty(); }

  /// @returns what the next answer is of. @pre an answer is due.
  operation_kind due() const { return in_flight_.front().what.what; }

  /// The next answer came. One that is not good is an error of the round, and nothing follows it.
  /// @pre an answer is due.
  void answered(const result<void>& outcome, time_point now, std::string& out);

  /// No answer will come any more: what is in flight has failed.
  void lost(const error& why, time_point now);

  /// @returns what the round saw, once. @pre a round was begun, no answer is due.
  std::unique_ptr<round_result> take_round() { return std::move(round_); }

private:
  /// One of the commands in flight.
  struct sent {
    operation what;
    time_point issued;
  };

  void issue(const operation& what, time_point now, std::string& out);

  redis_commands commands_;
  operation_source source_;
  std::deque<sent> in_flight_;
  time_point begun_;
  time_point end_;
  std::unique_ptr<round_result> round_;
};

} // namespace cluster_store::apps
