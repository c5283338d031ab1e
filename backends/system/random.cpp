#include <cluster_store/backends/system/random.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace cluster_store {

void fill_random(std::span<std::uint8_t> out) {
  constexpr std::size_t bytes_at_once = 256; // POSIX allows no more
  while (!out.empty()) {
    const auto part = out.first(std::min(out.size(), bytes_at_once));
    if (::getentropy(part.data(), part.size()) != 0) {
      std::fputs("cluster-store: the system gives no random bytes\n", stderr);
      std::abort();
    }
    out = out.subspan(part.size());
  }
}

} // namespace cluster_store
