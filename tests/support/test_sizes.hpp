#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace cluster_store::tests {

/// @returns the number in the environment variable `name`, or `otherwise`: the sizes of tests that have a
/// longer form.
inline std::size_t size_from_environment(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

/// @returns the seed of a random test: `SYSTEM_TESTS_SEED`, or another one each time.
inline std::uint64_t random_seed() {
  return size_from_environment("SYSTEM_TESTS_SEED", std::random_device{}());
}

} // namespace cluster_store::tests
