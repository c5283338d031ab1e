#pragma once

#include <cstdint>

namespace cluster_store::actors {

/// The variable that tells a child of a master its number.
inline constexpr const char* worker_number_variable = "CLUSTER_STORE_WORKER";

/// @returns the number of this process among the children of its master, as its environment says; 0 if it is
/// none.
std::uint64_t worker_number();

} // namespace cluster_store::actors
