#pragma once

#include <memory>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::backends {

/// Wraps an engine so that its exceptions (memory ran out) become errors, and that it is not asked any more
/// once it is broken: every engine's factory returns it so.
///
/// An exception in `apply` leaves an engine in the middle of a commit: the answer is `outcome_unknown` and it
/// is broken. Anywhere else the answer is `io_error`.
///
/// Threads: as `backend`. Ownership: owns `inner`.
std::unique_ptr<backend> make_contained(std::unique_ptr<backend> inner);

} // namespace cluster_store::backends
