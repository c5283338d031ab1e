#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/apps/bench/histogram.hpp>

namespace cluster_store::apps {

/// What the store is asked to do.
enum class workload : std::uint8_t { get, set };

/// Sizes of a measurement.
struct load_settings {
  workload what = workload::get;
  std::uint32_t in_flight = 64;    ///< Operations without an answer at any time; 1–10 000.
  std::uint32_t keys = 10'000;     ///< Sessions, picked at random; at least 1.
  std::uint32_t value_bytes = 256; ///< Data of each.
};

/// What one round saw.
struct round_result {
  std::uint64_t operations = 0;
  std::uint64_t errors = 0;
  std::optional<error> first_error;
  std::chrono::nanoseconds time{};
  histogram latencies;

  double operations_per_second() const {
    return static_cast<double>(operations) / std::chrono::duration<double>(time).count();
  }
};

/// Keeps a fixed number of operations in flight on one store handle: each completion issues the next one.
///
/// The load itself costs per operation one clock read, one random number and one increment: ids, data and
/// callbacks need no memory of their own. Everything of a round runs on the handle's thread.
class load {
public:
  load(client store, const load_settings& how);

  /// Sets every session once, so that each get finds one. Blocks.
  result<void> fill();

  /// Runs one round. Blocks for `time` and until what is in flight is answered.
  std::unique_ptr<round_result> run(std::chrono::milliseconds time);

  /// @returns operations completed in the current round, for a progress line; from any thread.
  std::uint64_t completed() const { return completed_.load(std::memory_order_relaxed); }

private:
  using steady = std::chrono::steady_clock;

  void begin();
  void issue(std::uint32_t slot, steady::time_point now);
  template <class T>
  void complete(std::uint32_t slot, const result<T>& outcome);
  void retire(steady::time_point now);

  client store_;
  const load_settings how_;
  std::vector<std::string> ids_;
  std::string data_;
  std::vector<steady::time_point> issued_; ///< Of each slot's operation.
  std::uint64_t random_;

  round_result* round_ = nullptr;
  steady::time_point begun_;
  steady::time_point end_;
  std::uint32_t active_ = 0;
  std::promise<void> done_;
  std::atomic<std::uint64_t> completed_ = 0;
};

} // namespace cluster_store::apps
