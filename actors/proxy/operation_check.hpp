#pragma once

#include <cluster_store/actors/operations/check.hpp>
#include <cluster_store/actors/proxy/store_facts.hpp>

namespace cluster_store::actors {

/// Refuses what the store would refuse anyway, before it travels. Pure.
/// @errors `invalid_argument`, `too_large`, `unsupported`, as the store itself.
template <class Operation>
result<void> check_operation(const Operation& what, const store_facts& store) {
  if (!store.can(Operation::is.capability))
    return fail(errc::unsupported, "this store cannot do this operation");
  return operations::check(what, store.limits);
}

} // namespace cluster_store::actors
