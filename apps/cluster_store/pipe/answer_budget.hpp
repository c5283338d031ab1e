#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace cluster_store::apps {

/// Bounds the bytes of answers that are on their way or wait for a slow reader, although nobody knows how
/// long an answer is before it is there.
///
/// A line reserves room before it is let out: what its answer is likely to need, judged by the latest ones.
/// When the answer comes, its own size takes the place of the reserve until it is written. If it does not fit
/// then, it is dropped and asked for again later, with its size reserved; so the bound is hard, and a wrong
/// guess costs time. Whatever is alone fits.
///
/// Pure; one thread.
class answer_budget {
public:
  /// Answers that are never longer than `small_bytes_max`, sessions, and pages of a listing.
  enum class kind : std::uint8_t { small, session, page };

  static constexpr std::size_t small_bytes_max = 1024;

  explicit answer_budget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// @returns what an answer of a kind is likely to need at most.
  std::size_t estimate(kind what) const;

  bool has_room(std::size_t bytes) const {
    return used_bytes_ == 0 || (used_bytes_ <= bytes_max_ && bytes <= bytes_max_ - used_bytes_);
  }

  /// A line is let out.
  void reserve(std::size_t bytes) { used_bytes_ += bytes; }

  /// An answer of `bytes` came for a line that had reserved `reserved`.
  /// @pre so much is reserved.
  /// @returns whether it fits, and takes its room until it is written; else it must be dropped. One that is
  /// small always fits.
  bool take(kind what, std::size_t reserved, std::size_t bytes);

  /// Gives back what was reserved or taken. @pre so much was.
  void release(std::size_t bytes) {
    assert(bytes <= used_bytes_);
    used_bytes_ -= bytes;
  }

  std::size_t used_bytes() const { return used_bytes_; }

  /// Asserts what always holds between the members.
  void check_invariants() const;

private:
  static constexpr std::size_t largest_session = 16 * 1024 * 1024; ///< That any store allows.
  static constexpr std::size_t page_bytes = 1024 * 1024;           ///< Twice what the store puts into one.
  static constexpr int answers_remembered = 64;

  void learn(std::size_t bytes);

  std::size_t bytes_max_;
  std::size_t used_bytes_ = 0;

  // The longest of the latest answers, and of as many before them.
  std::size_t latest_max_ = largest_session;
  std::size_t former_max_ = 0;
  int answers_ = 0;
  bool knows_one_ = false;
};

} // namespace cluster_store::apps
