#pragma once

#include <cluster_store/actors/proxy/store_facts.hpp>

namespace cluster_store::actors {

/// Refuses what the store would refuse anyway, before it travels. Pure.
/// @errors `invalid_argument`, `too_large`, `unsupported`, as the store itself.
result<void> check_operation(const wire::operation& what, const store_facts& store);

} // namespace cluster_store::actors
