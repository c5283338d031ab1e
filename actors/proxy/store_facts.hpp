#pragma once

#include <cstddef>
#include <cstdint>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::actors {

/// What the last welcome said of the store. Until there is one, everything may be possible.
struct store_facts {
  bool known = false;
  std::uint32_t capabilities = 0; ///< Bits of `wire::capability`.
  session_limits limits{512, std::size_t{16} * 1024 * 1024};

  bool can(wire::capability what) const noexcept {
    return !known || (capabilities & static_cast<std::uint32_t>(what)) != 0;
  }
};

} // namespace cluster_store::actors
