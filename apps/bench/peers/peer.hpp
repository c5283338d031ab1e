#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <cluster_store/apps/bench/round.hpp>

namespace cluster_store::apps {

/// What a store is compared with, round by round in turns. While it does not run a round it does nothing.
/// Threads: the one that made it.
class peer {
public:
  peer() = default;
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  virtual ~peer() = default;

  /// Makes every session once. Blocks.
  virtual result<void> fill() = 0;

  /// Runs one round of about `time`. Blocks.
  /// @param in_flight operations without an answer in each worker of the store that is measured; a peer uses
  /// it if it has a use for it.
  virtual result<round_figures> run(std::chrono::milliseconds time, std::uint32_t in_flight) = 0;

  /// @returns memory that `fill` took, divided by the sessions; nothing if it cannot be known.
  virtual std::optional<double> bytes_per_session() const { return std::nullopt; }
};

} // namespace cluster_store::apps
