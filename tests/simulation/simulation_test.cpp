#include <cstdint>

#include <cluster_store/tests/simulation/profile.hpp>
#include <cluster_store/tests/simulation/simulation.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace cluster_store::simulation;

namespace {

#ifdef CLUSTER_STORE_CHECK_INVARIANTS
constexpr std::size_t seeds_short = 20; // each step pays for its checks
#else
constexpr std::size_t seeds_short = 100;
#endif

// The long form: SYSTEM_TESTS_SEEDS=10000.
const std::size_t seeds = tests::size_from_environment("SYSTEM_TESTS_SEEDS", seeds_short);

/// Those beyond are searched for an order, too.
constexpr std::size_t search_interval = 10;

outcome run(std::uint64_t seed) {
  return simulate(seed, defect::none, seed % search_interval == 0);
}

} // namespace

TEST_CASE("whatever fails and whenever, every call is answered, in one order, and applied once") {
  figures met;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto done = run(seed);
    INFO("./dev simulate 0 " << seed << " shows it again: " << to_string(profile_of(seed)));
    REQUIRE(done.problem == "");
    met.add(done.met);
  }
  if (seeds >= 1'000)
    WARN(met.text());

  // A run that meets nothing proves nothing.
  INFO(met.text());
  CHECK(met.takeovers > seeds);
  CHECK(met.hand_overs > seeds / 10);
  CHECK(met.resends > seeds);
  CHECK(met.remembered > seeds / 10);
  CHECK(met.refused_batches > seeds / 10);
  CHECK(met.power_losses > seeds / 10);
  CHECK(met.lost_commits > seeds / 10);
  CHECK(met.gaps > seeds / 10);
  CHECK(met.clock_jumps > seeds / 10);
  CHECK(met.stops > seeds / 10);
  CHECK(met.store_deaths > seeds / 10);
}

TEST_CASE("the same holds for a seed that nobody has tried") {
  const auto seed = tests::random_seed();
  const auto done = run(seed);
  INFO("./dev simulate 0 " << seed << " shows it again: " << to_string(profile_of(seed)));
  CHECK(done.problem == "");
}

TEST_CASE("the same seed is the same run, step by step, and another one is another") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    INFO(seed);
    const auto once = simulate(seed);
    const auto again = simulate(seed);
    CHECK(once.met.events == again.met.events);
    CHECK(once.digest == again.digest);
    CHECK(once.digest != simulate(seed + 1).digest);
  }
}
