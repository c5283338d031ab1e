#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// When a child that ended is started again. Source: OTP's supervisor (intensity and period), with a back-off
/// between restarts and, instead of the supervisor's own end, patience: beyond the intensity it tries again
/// every `patience`.
///
/// Pure; one thread.
class restart_window {
public:
  struct settings {
    std::size_t restarts_max = 5;                ///< Restarts within `period`; default 5.
    std::chrono::milliseconds period{30'000};    ///< Default 30 s.
    std::chrono::milliseconds delay_min{100};    ///< Before the first restart, then doubled; default 100 ms.
    std::chrono::milliseconds delay_max{10'000}; ///< Default 10 s.
    std::chrono::milliseconds patience{30'000};  ///< Between tries beyond the intensity; default 30 s.
  };

  restart_window() = default;
  explicit restart_window(const settings& how) : settings_(how) {}

  /// The child ended at `now`. @pre that is not before its last end.
  /// @returns how long to wait before it is started again.
  std::chrono::milliseconds ended(steady_time now);

  /// @returns whether the child ended more often than allowed, as of the last `ended`.
  bool exceeded() const noexcept { return ends_.size() > settings_.restarts_max; }

private:
  friend backends::invariants;

  void check_invariants() const;

  settings settings_;
  std::deque<steady_time> ends_; ///< Within the last `period`.
};

} // namespace cluster_store::actors
