#pragma once

#include <memory>

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::backends {

/// Makes the engine that keeps everything in this process's memory and loses it with the object.
///
/// `get`, `put`, `touch` and `erase` are O(1) (moving a row of the expiry index O(log n)); `length` is O(1);
/// `scan` is O(page) in the order of the slots that sessions keep for life, and looks at 65 536 slots a page
/// at most, so a prefix is only a filter. Per session it needs about 110 bytes beside id and data.
///
/// Threads: as `backend`; never blocks.
/// Errors beyond `backend`'s: `apply` gives `outcome_unknown` and is broken if memory runs out in the middle
/// of a commit.
std::unique_ptr<backend> make_memory();

} // namespace cluster_store::backends
