#pragma once

#include <cstddef>
#include <cstdint>

#include <cluster_store/actors/operations/check.hpp>

namespace cluster_store::actors {

/// What the last welcome said of the store. Until there is one, everything may be possible.
struct store_facts {
  bool known = false;
  std::uint32_t capabilities = 0; ///< Bits of `operations::description::capability`.
  session_limits limits{512, std::size_t{16} * 1024 * 1024};

  bool can(std::uint32_t capability) const noexcept { return !known || (capabilities & capability) != 0; }
};

/// Refuses what the store would refuse anyway, before it travels. Pure.
/// @errors `invalid_argument`, `too_large`, `unsupported`, as the store itself.
template <class Operation>
result<void> check_operation(const Operation& what, const store_facts& store) {
  if (!store.can(Operation::is.capability))
    return fail(errc::unsupported, "this store cannot do this operation");
  return operations::check(what, store.limits);
}

} // namespace cluster_store::actors
