#pragma once

#include <cstddef>

#include <cluster_store/actors/options.hpp>

namespace cluster_store::actors {

/// @returns whether a queue of so many operations and bytes has room for one more. One alone always has, so
/// that the largest session can be written.
inline bool has_room(const queue_limits& limits, std::size_t operations, std::size_t bytes,
                     std::size_t more) noexcept {
  return operations == 0 || (operations < limits.operations_max && bytes + more <= limits.bytes_max);
}

} // namespace cluster_store::actors
