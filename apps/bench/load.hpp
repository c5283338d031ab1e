#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/bench/round.hpp>
#include <cluster_store/apps/bench/workload.hpp>

namespace cluster_store::apps {

/// Keeps a fixed number of operations in flight on one store handle: each completion issues the next one.
///
/// The load itself costs per operation one clock read, one or two random numbers and an increment: ids, data
/// and callbacks need no memory of their own. With more than one operation in flight everything of a round
/// runs on the handle's thread; with one, the calling thread makes blocking calls.
class load {
public:
  load(client store, const load_settings& how);

  /// Sets every session once, so that each get finds one. Blocks.
  result<void> fill();

  /// Runs one round. Blocks for `time` and until what is in flight is answered.
  std::unique_ptr<round_result> run(std::chrono::milliseconds time, std::uint32_t in_flight);

  /// @returns operations completed in the current round, for a progress line; from any thread.
  std::uint64_t completed() const { return completed_.load(std::memory_order_relaxed); }

private:
  using steady = std::chrono::steady_clock;

  /// One of the operations in flight.
  struct slot {
    operation what;
    steady::time_point issued;
  };

  void run_blocking(std::chrono::milliseconds time);
  bool call(const operation& what);
  void begin(std::uint32_t in_flight);
  void issue(std::uint32_t number, const operation& what, steady::time_point now);
  template <class T>
  void complete(std::uint32_t number, const result<T>& outcome);
  template <class T>
  bool check(const result<T>& outcome);
  void retire(steady::time_point now);

  client store_;
  const load_settings how_;
  operation_source source_;
  id_buffer ids_;
  const value_text values_;
  const set_options set_how_;
  std::vector<slot> slots_;
  std::uint32_t to_fill_ = 0; ///< Next key that `fill` sets.
  bool filling_ = false;

  round_result* round_ = nullptr;
  steady::time_point begun_;
  steady::time_point end_;
  std::uint32_t active_ = 0;
  std::promise<void> done_;
  std::atomic<std::uint64_t> completed_ = 0;
};

} // namespace cluster_store::apps
