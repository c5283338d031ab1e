#include <cluster_store/backends/tables/seeded_hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::backends {

std::uint64_t seeded_hash(std::string_view id) noexcept {
  static const std::uint64_t seed = random_bits();
  return XXH3_64bits_withSeed(id.data(), id.size(), seed);
}

} // namespace cluster_store::backends
