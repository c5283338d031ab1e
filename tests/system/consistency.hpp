#pragma once

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/linearizability.hpp>
#include <cluster_store/tests/support/load.hpp>

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

/// Fails the test unless each line was answered once and all answers fit one order of events.
inline void require_consistent(const load& traffic, const std::vector<pipe_worker*>& workers) {
  for (const auto* each : workers) {
    INFO(each->problems().substr(0, 2'000));
    CHECK(each->problems().empty());
  }
  const auto result = check_history(traffic.calls());
  INFO(traffic.summary());
  INFO(result.why.substr(0, 4'000));
  REQUIRE(result.linearizable);
}

} // namespace cluster_store::tests
