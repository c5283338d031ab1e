#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

/// What a forked child must not use: it has the memory and the descriptors of its parent, but none of its
/// threads.
namespace cluster_store {

namespace forked {

/// Where the stamp of this process stands; the system wipes it in a forked child.
extern std::atomic<std::atomic<std::uint64_t>*> stamp_page;

std::uint64_t renew_stamp() noexcept;

} // namespace forked

/// Tells a process from those it was forked from.
enum class process_stamp : std::uint64_t {};

/// @returns the stamp of this process: always the same, and another one than in every process that it
/// descends from, however it was forked (`fork`, `daemon`, a bare system call).
///
/// Threads: any; takes no lock, so that it may be asked in a child that was forked while others were held.
/// Costs two reads of memory.
inline process_stamp current_process() noexcept {
  const auto* const page = forked::stamp_page.load(std::memory_order_acquire);
  const auto stamp = page == nullptr ? 0 : page->load(std::memory_order_relaxed);
  return process_stamp{stamp == 0 ? forked::renew_stamp() : stamp};
}

/// From now on a child that `fork` makes begins with `descriptor` closed: a lock or a connection must not
/// live on in it when this process has ended. Any thread. For a descriptor that somebody else owns.
void close_in_children(int descriptor) noexcept;

/// Takes that back. To be called before `descriptor` is closed, since its number may be another's then.
void forget_in_children(int descriptor) noexcept;

/// Owns a descriptor that is closed in forked children. Threads: as a number.
class unshared_descriptor {
public:
  unshared_descriptor() = default;

  /// @param descriptor negative = none.
  explicit unshared_descriptor(int descriptor) noexcept;
  unshared_descriptor(unshared_descriptor&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)}, owner_{other.owner_} {}
  unshared_descriptor& operator=(unshared_descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(owner_, other.owner_);
    return *this;
  }
  ~unshared_descriptor() { reset(); }

  explicit operator bool() const noexcept { return descriptor_ >= 0; }

  /// @returns the descriptor, or -1. In a forked child it is closed, and its number may be another's.
  int get() const noexcept { return descriptor_; }

  /// @returns whether this is the process that it was opened in.
  bool is_ours() const noexcept { return owner_ == current_process(); }

  /// Gives it to the caller. Children begin with it closed until `forget_in_children`. @returns it, or -1.
  int release() noexcept { return std::exchange(descriptor_, -1); }

  /// Closes it, unless that was done by a fork.
  void reset() noexcept;

private:
  int descriptor_ = -1;
  process_stamp owner_{};
};

} // namespace cluster_store
