#pragma once

#include <cstddef>

#include <cluster_store/actors/options.hpp>
#include <cluster_store/actors/store/supervisor_actor.hpp>

namespace cluster_store::actors {

/// @returns what the supervisor of a store has to know. Its engine is opened by the program's own factory, or
///   by its URI; where an engine's data are gone since it was open, nothing is made anew.
/// @param memory_bytes what its clients may make it take (`server_options::memory_bytes_max`).
store_spec spec_of(const store_options& how, std::size_t memory_bytes);

} // namespace cluster_store::actors
