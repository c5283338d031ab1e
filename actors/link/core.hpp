#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <cluster_store/actors/link/backoff.hpp>
#include <cluster_store/backends/invariants.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::actors {

/// Ask the door for a connection; the outcome goes to `link_core::connected` or `failed`.
struct open_connection {
  std::uint64_t attempt = 0;
};

/// Close the connection of the last `connected`.
struct close_connection {};

/// Send a heartbeat to the gate; its answer goes to `link_core::beat_answered`.
struct send_beat {
  std::uint64_t attempt = 0;
};

/// Tell the proxies that there is a connection.
struct announce_up {};

/// Tell the proxies that there is none, or that an attempt to get one failed, and why.
struct announce_down {
  error reason;
};

/// What the one connection to an endpoint does, without an actor, a clock or a socket: connects, tries again
/// with back-off for as long as anybody wants it, and finds out that the other process no longer answers.
class link_core {
public:
  static constexpr std::chrono::milliseconds beat_interval{2'000};
  static constexpr std::chrono::milliseconds silence_max{6'000};

  using effect = std::variant<open_connection, close_connection, send_beat, announce_up, announce_down>;

  /// @param random 64 random bits, for the jitter of the back-off.
  explicit link_core(std::function<std::uint64_t()> random) : random_(std::move(random)) {}

  void start();

  /// Outcome of attempt number `attempt`; outcomes of older attempts are ignored.
  void connected(std::uint64_t attempt, steady_time now);
  void failed(std::uint64_t attempt, const error& why, steady_time now);

  /// The connection is gone.
  void lost(const error& why, steady_time now);

  /// The gate answered a heartbeat that was sent over the connection of `attempt`.
  void beat_answered(std::uint64_t attempt);

  /// Does what is due. Call it at `next_wakeup()`.
  void tick(steady_time now);

  /// Nobody wants the connection any more.
  void stop();

  std::optional<steady_time> next_wakeup() const;
  std::vector<effect> take_effects() { return std::exchange(effects_, {}); }
  bool is_up() const noexcept { return state_ == state::up; }

  /// @returns whether an outcome of `attempt` would be heeded.
  bool awaits(std::uint64_t attempt) const noexcept {
    return state_ == state::connecting && attempt == attempt_;
  }

private:
  friend backends::invariants;

  enum class state : std::uint8_t { idle, connecting, up, waiting, stopped };

  void connect();
  void connect_later(steady_time now);
  void check_invariants() const;

  std::function<std::uint64_t()> random_;
  std::vector<effect> effects_;
  state state_ = state::idle;
  std::uint64_t attempt_ = 0;
  backoff backoff_;
  steady_time wakeup_{};
  std::optional<steady_time> unanswered_since_; ///< When the oldest heartbeat without an answer was sent.
};

} // namespace cluster_store::actors
