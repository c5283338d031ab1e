#pragma once

#include <string>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/backends/result.hpp>

/// The one bridge between the errors of the session API and those of CAF, for both of its generations.
namespace cluster_store::actors {

/// @returns `what` as CAF carries it, for replies to components of the same process.
caf::error to_caf(const error& what);

/// Reads back what `to_caf` made. Errors of CAF itself become `unavailable`, or `deadline_exceeded` if a
/// request timed out; both with CAF's own words.
error from_caf(caf::actor_system& system, const caf::error& what);

} // namespace cluster_store::actors
