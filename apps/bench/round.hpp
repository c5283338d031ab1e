#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/apps/bench/report/histogram.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// What one round saw.
struct round_result {
  std::uint64_t operations = 0;
  std::uint64_t errors = 0;
  std::optional<error> first_error;
  std::chrono::nanoseconds time{};
  histogram latencies;

  double operations_per_second() const {
    return time.count() == 0 ? 0
                             : static_cast<double>(operations) / std::chrono::duration<double>(time).count();
  }

  /// Adds what another process saw in the same round: its operations ran beside these, so the time of both is
  /// the longer one.
  void add(const round_result& other);
};

/// @returns the round on one line, without a line end, as a process tells it to another.
std::string encode_round(const round_result& round);

/// Reads what `encode_round` wrote. Pure.
/// @errors `corrupt` if it is anything else.
result<std::unique_ptr<round_result>> decode_round(std::string_view line);

/// The figures of a round that are compared between peers. Absent: the peer does not tell.
struct round_figures {
  double operations_per_second = 0;
  std::optional<double> p50_microseconds;
  std::optional<double> p99_microseconds;
};

round_figures figures_of(const round_result& round);

/// @returns the middle one (the lower one of an even number); 0 if there are none.
double median(std::vector<double> values);

/// @returns the median of each figure; absent ones do not count.
round_figures median(const std::vector<round_figures>& rounds);

} // namespace cluster_store::apps
