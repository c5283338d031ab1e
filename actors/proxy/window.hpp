#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include <cluster_store/actors/wire/batch.hpp>
#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// A client's side of the flow control of one connection (docs/decisions/011): how much it may send, and what
/// it has to report. All numbers count bytes since the welcome.
///
/// Pure; one thread.
class window {
public:
  /// More than this is not wanted at once, unless one operation is larger.
  static constexpr std::size_t wanted_bytes_max = 4 * 1024 * 1024;

  /// A connection begins. @param granted what the welcome says.
  void begin(std::uint64_t granted) {
    *this = {};
    granted_ = own_ = unused_ = granted;
  }

  /// The store says how much may be sent since the welcome.
  void grant(std::uint64_t total) noexcept { granted_ = std::max(granted_, total); }

  /// @returns how much may be sent now.
  std::uint64_t free() const noexcept { return granted_ - sent_; }

  /// So many bytes of operations were sent. @pre `bytes <= free()`.
  void sent(std::size_t bytes) noexcept {
    const backends::invariants::at_end checked{*this};
    assert(bytes <= free());
    sent_ += bytes;
    unused_ = std::min(unused_, free());
  }

  /// So many bytes of results were taken by their callers.
  void taken(std::size_t bytes) noexcept { taken_ += bytes; }

  /// @param waiting bytes of operations that wait to be sent.
  /// @param first of the first of them.
  /// @returns what the next batch reports. @post it counts as told.
  void report(wire::batch_head& into, std::size_t waiting, std::size_t first) noexcept {
    told_wanted_ = std::max(told_wanted_, sent_ + std::max(std::min(waiting, wanted_bytes_max), first));
    told_taken_ = taken_;
    told_floor_ = into.floor;
    into.answers_taken = taken_;
    into.requests_wanted = told_wanted_;
    into.requests_returned = returned_;
  }

  /// @returns whether the store must hear at once of what was taken, or that an operation of `first` bytes
  /// waits, which it has not granted; 0 = none waits.
  bool has_urgent_news(std::size_t first) const noexcept {
    return taken_ - told_taken_ >= wire::unreported_bytes_max
           || (first > free() && sent_ + first > told_wanted_);
  }

  /// @returns whether there is something that the store should hear within a second or so.
  bool has_news(std::uint64_t floor) const noexcept {
    return taken_ != told_taken_ || floor != told_floor_ || free() > own_;
  }

  /// Gives back what was granted and not used since the last call, so that others can have it.
  void give_back() noexcept {
    const backends::invariants::at_end checked{*this};
    if (unused_ > own_) {
      returned_ += unused_ - own_;
      sent_ += unused_ - own_;
    }
    unused_ = free();
  }

private:
  friend backends::invariants;

  void check_invariants() const {
    // Nothing is sent that was not granted; what is given back counts as sent.
    assert(sent_ <= granted_ && returned_ <= sent_ && told_taken_ <= taken_);
  }

  std::uint64_t own_ = 0; ///< What is always granted beyond what was answered.
  std::uint64_t granted_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t returned_ = 0;
  std::uint64_t unused_ = 0; ///< The least that was free since `give_back`.
  std::uint64_t taken_ = 0;
  std::uint64_t told_taken_ = 0;
  std::uint64_t told_wanted_ = 0;
  std::uint64_t told_floor_ = 1;
};

} // namespace cluster_store::actors
