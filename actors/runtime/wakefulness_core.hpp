#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>

#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// Remembers whether offering the processor to others costs a time slice: a thread that offers it to a busy
/// one gets it back some milliseconds later, while one that sleeps gets it when something comes. After such a
/// loss nothing should be offered for a while, which becomes longer if the next offers are losses again.
///
/// Pure; one thread.
class lost_slices {
public:
  /// Longer than any offer takes that is used by what waits for us or we for it.
  static constexpr std::chrono::microseconds slice_min{500};

  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{1'600};

  /// The processor was offered to others, and given back at `now` after `time`.
  void offered(steady_time now, steady_time::duration time) noexcept {
    const backends::invariants::at_end checked{*this};
    if (time < slice_min)
      return;
    pause_ = now - until_ < pause_ ? std::min(2 * pause_, pause_max) : pause_min;
    until_ = now + pause_;
  }

  /// @returns whether nothing should be offered now.
  bool pauses(steady_time now) const noexcept { return now < until_; }

private:
  friend backends::invariants;

  void check_invariants() const {
    // However many offers are losses, it is tried again soon, and never at once.
    assert(pause_min <= pause_ && pause_ <= pause_max);
  }

  steady_time until_;
  std::chrono::milliseconds pause_{pause_min};
};

/// Judges whether a thread that expects something is to look for it again and again for a while, or to sleep:
/// to wake a processor that sleeps costs 20–50 µs, which is often more than what is waited for.
///
/// It is worth to look if the last times were short and nobody else wants the processor. So little is spent
/// on a peer that sends now and then, nothing on one that is slow or away, and at most `awake_max` on
/// one that became slow.
///
/// Pure; one thread.
class wakefulness {
public:
  /// More than a neighbour process takes to answer although it has to be woken.
  static constexpr std::chrono::microseconds awake_max{200};

  /// How long an offer of the processor takes at most if nobody wants it.
  static constexpr std::chrono::microseconds offer_max{5};

  /// How many times in turn have to be short before it is worth to look.
  static constexpr unsigned short_min = 3;

  /// Something is to come. While it is expected already, this changes nothing.
  void expect(steady_time now) noexcept {
    const backends::invariants::at_end checked{*this};
    if (expecting_)
      return;
    expecting_ = alone_ = true;
    since_ = now;
  }

  /// It came.
  void met(steady_time now) noexcept {
    const backends::invariants::at_end checked{*this};
    if (!expecting_)
      return;
    expecting_ = false;
    short_in_turn_ = now - since_ > awake_max ? 0 : std::min(short_in_turn_ + 1, short_min);
  }

  /// The processor was offered to others, and given back at `now` after `time`.
  void offered(steady_time now, steady_time::duration time) noexcept {
    alone_ = alone_ && time <= offer_max;
    lost_.offered(now, time);
  }

  /// @returns whether to look now, and to offer the processor to others before looking again.
  bool is_awake(steady_time now) const noexcept {
    return expecting_ && alone_ && short_in_turn_ == short_min && now - since_ <= awake_max
           && !lost_.pauses(now);
  }

private:
  friend backends::invariants;

  void check_invariants() const {
    // More short times in turn than are needed count no more, so one long time outweighs them.
    assert(short_in_turn_ <= short_min);
    backends::invariants::check(lost_);
  }

  steady_time since_;
  lost_slices lost_;
  bool expecting_ = false;
  bool alone_ = false; ///< Nobody took the processor since.
  unsigned short_in_turn_ = 0;
};

} // namespace cluster_store::actors
