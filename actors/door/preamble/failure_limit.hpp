#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::door {

/// Bounds how often somebody may come to a door without proving himself, by the network he comes from, so
/// that one machine cannot guess, nor make the door shake hands for TLS, as often as it likes.
///
/// A token bucket for each network: a failure takes a token, and one comes back every `one_back`.
/// Pure; one thread.
class failure_limit {
public:
  struct limits {
    std::uint32_t failures_max = 20; ///< Tokens of a network that never failed; at least 1, default 20.
    std::chrono::milliseconds one_back{
        500};                        ///< Default 500 ms: two failures a second, for ever, are bearable.
    std::size_t networks_max = 4096; ///< At least 1 is remembered; beyond it the least guilty is forgotten.
    bool loopback = false;           ///< Whether the machine itself counts as such a network.
  };

  explicit failure_limit(const limits& how);

  /// @returns whether somebody from `network` may try (again).
  bool admits(const std::string& network, steady_time now) const;

  /// Somebody from `network` went, or was sent away, without having proved himself.
  void failed(const std::string& network, steady_time now);

  std::size_t networks() const noexcept { return whole_again_.size(); }

private:
  friend backends::invariants;

  void make_room(steady_time now);
  void check_invariants() const;

  limits limits_;
  std::unordered_map<std::string, steady_time> whole_again_; ///< When all tokens are back.
};

} // namespace cluster_store::door
