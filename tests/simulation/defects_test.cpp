#include <algorithm>
#include <cstdint>
#include <string>

#include <cluster_store/tests/simulation/profile.hpp>
#include <cluster_store/tests/simulation/simulation.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace cluster_store::simulation;

namespace {

// The long form tries each of so many ranges of seeds: SYSTEM_TESTS_DEFECTS=20.
const std::size_t ranges = tests::size_from_environment("SYSTEM_TESTS_DEFECTS", 1);

/// Some ten seconds of simulation; all but the rarest defects are found within a few seeds.
constexpr std::uint64_t seeds_max = 2'000;

/// @returns the first seed from `first` on with which it is found; none if it is not found.
std::uint64_t found_with(defect wrong, std::uint64_t first) {
  for (auto seed = first; seed < first + seeds_max; ++seed)
    if (!simulate(seed, wrong).problem.empty())
      return seed;
  return 0;
}

} // namespace

TEST_CASE("every defect that is put in on purpose is found") {
  for (std::size_t range = 0; range < ranges; ++range)
    for (const auto& [wrong, name] : defects) {
      INFO(name);
      const auto first = 1 + range * 100'000;
      const auto seed = found_with(wrong, first);
      CHECK(seed != 0);
      if (ranges > 1)
        WARN(name << " is found after " << seed - first << " other seeds");
    }
}

TEST_CASE("a defect is found again with its seed, in the same words") {
  const auto seed = found_with(defect::stale_read, 1);
  REQUIRE(seed != 0);
  const auto once = simulate(seed, defect::stale_read);
  const auto again = simulate(seed, defect::stale_read);
  CHECK(once.problem == again.problem);
  CHECK(once.digest == again.digest);
}
