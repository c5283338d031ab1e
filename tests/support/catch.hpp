#pragma once

// Catch2 2.13 (Debian, Ubuntu) or 3 (Conan Center); tests use what both have.

#if __has_include(<catch2/catch_all.hpp>)
#  include <catch2/catch_all.hpp>
using Catch::Approx; // as Catch2 2.13 has it
#else
#  include <catch2/catch.hpp>
#endif

#include <string>

namespace cluster_store::tests {

/// Matches texts that have `part` in them. The two Catch2 call it differently, and by the older name the
/// newer one means something else.
inline auto contains(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

} // namespace cluster_store::tests
