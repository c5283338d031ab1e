#pragma once

#include <cstddef>
#include <span>

#include <tl/expected.hpp>

namespace cluster_store::apps {

/// Bytes from a file descriptor in whatever mode it is: a file, a terminal, a pipe that does not block.
class input {
public:
  /// @param from stays open.
  /// @param wake a descriptor that ends the waiting once it is readable; -1 = none.
  explicit input(int from, int wake = -1) : from_(from), wake_(wake) {}

  /// Waits for bytes and reads some of them.
  /// @returns how many; 0 at the end, or once `wake` is readable.
  /// @errors the number of the system's error (`errno`): EBADF if it is closed, EISDIR if it is a directory.
  tl::expected<std::size_t, int> read(std::span<char> into) const;

private:
  int from_;
  int wake_;
};

} // namespace cluster_store::apps
