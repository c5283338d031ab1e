#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace cluster_store::actors {

/// A queue with access by position, in one block of memory that is reused: nothing is allocated once it has
/// reached the size its owner needs. Not thread-safe.
template <class T>
class ring {
public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// @pre `position < size()`.
  T& operator[](std::size_t position) noexcept { return places_[(first_ + position) & (places_.size() - 1)]; }

  /// @pre not empty.
  T& front() noexcept {
    assert(size_ > 0);
    return places_[first_];
  }

  void push_back(T value) {
    if (size_ == places_.size())
      grow();
    (*this)[size_++] = std::move(value);
  }

  /// @pre not empty.
  void pop_front() noexcept {
    assert(size_ > 0);
    places_[first_] = T{};
    first_ = (first_ + 1) & (places_.size() - 1);
    --size_;
  }

private:
  void grow() {
    std::vector<T> larger(places_.empty() ? 16 : places_.size() * 2);
    for (std::size_t position = 0; position < size_; ++position)
      larger[position] = std::move((*this)[position]);
    places_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> places_; ///< Its size is 0 or a power of two.
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

} // namespace cluster_store::actors
