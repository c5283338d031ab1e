#pragma once

#include <chrono>

#include <cluster_store/backends/clock.hpp>

namespace cluster_store::actors {

/// Judges whether a thread that expects something is to look for it again and again for a while, or to sleep:
/// to wake a processor that sleeps costs 20–50 µs, which is often more than what is waited for.
///
/// It is worth to look if the last times were short and nobody else wants the processor. So little is spent
/// on a peer that sends now and then, nothing on one that is away or on a disk, and at most `awake_max` on
/// one that became slow.
///
/// Pure; one thread.
class wakefulness {
public:
  /// More than a neighbour process takes to answer although it has to be woken, less than a disk takes to
  /// sync.
  static constexpr std::chrono::microseconds awake_max{200};

  /// How long an offer of the processor takes at most if nobody wants it.
  static constexpr std::chrono::microseconds offer_max{5};

  /// How many times in turn have to be short before it is worth to look.
  static constexpr unsigned short_min = 3;

  /// Something is to come. While it is expected already, this changes nothing.
  void expect(steady_time now) noexcept {
    if (expecting_)
      return;
    expecting_ = alone_ = true;
    since_ = now;
  }

  /// It came.
  void met(steady_time now) noexcept {
    if (!expecting_)
      return;
    expecting_ = false;
    if (now - since_ > awake_max)
      short_in_turn_ = 0;
    else if (short_in_turn_ < short_min)
      ++short_in_turn_;
  }

  /// The processor was offered to others and given back after `time`.
  void offered(steady_time::duration time) noexcept { alone_ = alone_ && time <= offer_max; }

  /// @returns whether to look now, and to offer the processor to others before looking again.
  bool is_awake(steady_time now) const noexcept {
    return expecting_ && alone_ && short_in_turn_ == short_min && now - since_ <= awake_max;
  }

private:
  steady_time since_;
  bool expecting_ = false;
  bool alone_ = false; ///< Nobody took the processor since.
  unsigned short_in_turn_ = 0;
};

} // namespace cluster_store::actors
