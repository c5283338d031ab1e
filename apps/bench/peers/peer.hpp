#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <cluster_store/apps/bench/round.hpp>

namespace cluster_store::apps {

/// How much is asked of a peer at once. A peer uses what it has a use for.
struct peer_shape {
  std::uint32_t in_flight = 64; ///< What the store that is measured has; 1 = blocking calls.
  std::uint32_t connections = 50;
  std::uint32_t pipeline = 1; ///< Requests on each connection without an answer.
};

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
  virtual result<round_figures> run(std::chrono::milliseconds time, const peer_shape& shape) = 0;

  /// @returns memory that `fill` took, divided by the sessions; nothing if it cannot be known.
  virtual std::optional<double> bytes_per_session() const { return std::nullopt; }
};

} // namespace cluster_store::apps
