#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

#include <cluster_store/backends/invariants.hpp>

namespace cluster_store::actors {

/// A queue with access by position, in one block of memory that is reused: nothing is allocated once it has
/// reached the size its owner needs. Not thread-safe.
template <class T>
class ring {
public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// @pre `position < size()`.
  T& operator[](std::size_t position) noexcept { return places_[place_of(position)]; }
  const T& operator[](std::size_t position) const noexcept { return places_[place_of(position)]; }

  /// @pre not empty.
  T& front() noexcept {
    assert(size_ > 0);
    return places_[first_];
  }

  void push_back(T value) {
    const backends::invariants::at_end checked{*this};
    if (size_ == places_.size())
      grow();
    (*this)[size_++] = std::move(value);
  }

  /// @pre not empty.
  void pop_front() noexcept {
    const backends::invariants::at_end checked{*this};
    assert(size_ > 0);
    places_[first_] = T{};
    first_ = (first_ + 1) & (places_.size() - 1);
    --size_;
  }

private:
  friend backends::invariants;

  std::size_t place_of(std::size_t position) const noexcept {
    assert(position < size_);
    return (first_ + position) & (places_.size() - 1);
  }

  void grow() {
    std::vector<T> larger(places_.empty() ? 16 : places_.size() * 2);
    for (std::size_t position = 0; position < size_; ++position)
      larger[position] = std::move((*this)[position]);
    places_ = std::move(larger);
    first_ = 0;
  }

  void check_invariants() const {
    // A position becomes a place by cutting off high bits.
    assert((places_.size() & (places_.size() - 1)) == 0);
    // Everything has a place, and the first is one.
    assert(size_ <= places_.size());
    assert(places_.empty() ? first_ == 0 : first_ < places_.size());
  }

  std::vector<T> places_; ///< Its size is 0 or a power of two.
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

} // namespace cluster_store::actors
