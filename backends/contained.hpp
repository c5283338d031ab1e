#pragma once

#include <memory>

#include <cluster_store/backends/registry.hpp>

namespace cluster_store::backends {

/// Wraps an engine so that what it throws (memory ran out; anything, if it is a program's own) becomes
/// errors, that answers of a size that makes no sense do, and that it is not asked any more once it is
/// broken.
///
/// An exception or nonsense in `apply` leaves an engine in the middle of a commit: the answer is
/// `outcome_unknown` and it is broken. Anywhere else the answer is `io_error`.
///
/// Threads: as `backend`. Ownership: owns `inner`; one that is contained already is returned as it is.
std::unique_ptr<backend> make_contained(std::unique_ptr<backend> inner);

/// Opens an engine by a factory, which may be a program's own: every factory is called here.
/// @returns the engine, contained.
/// @errors what `open` says; `io_error` if it throws anything, or returns no engine without an error.
result<std::unique_ptr<backend>> open_contained(const factory& open, const uri& where);

} // namespace cluster_store::backends
