#pragma once

#include <cstddef>
#include <cstdint>

#include <cluster_store/backends/session.hpp>

namespace cluster_store::actors {

/// What the last welcome said of the store. Until there is one, everything may be possible.
struct store_facts {
  bool known = false;
  std::uint32_t capabilities = 0; ///< Bits of `operations::description::capability`.
  session_limits limits{512, std::size_t{16} * 1024 * 1024};

  bool can(std::uint32_t capability) const noexcept { return !known || (capabilities & capability) != 0; }
};

} // namespace cluster_store::actors
