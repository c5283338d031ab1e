#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cluster_store::backends {

/// @returns a hash of an id that nobody outside this process can foresee: ids come from web clients, and
/// whoever could choose ids with one hash would make every table of them a list. Threads: any.
std::uint64_t seeded_hash(std::string_view id) noexcept;

/// For containers of the standard library.
struct seeded_hasher {
  std::size_t operator()(std::string_view id) const noexcept {
    return static_cast<std::size_t>(seeded_hash(id));
  }
};

} // namespace cluster_store::backends
