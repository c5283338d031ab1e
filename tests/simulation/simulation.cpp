#include <cluster_store/tests/simulation/simulation.hpp>

#include <cluster_store/tests/simulation/installation.hpp>
#include <cluster_store/tests/support/linearizability.hpp>

namespace cluster_store::simulation {

namespace {

/// With fewer sessions so many calls concern the same at once that a search may take for ever.
constexpr std::size_t searched_keys_min = 64;

} // namespace

outcome simulate(std::uint64_t seed, defect wrong, bool searched) {
  installation whole{profile_of(seed, wrong)};
  whole.run();
  auto& around = whole.around();
  around.met.engine_failures = around.place.failures;
  outcome out{around.met, around.problem, around.digest};
  if (out.problem.empty() && searched && around.how.keys >= searched_keys_min)
    if (auto calls = around.books.calls())
      if (const auto found = tests::check_history(*std::move(calls)); !found.linearizable)
        out.problem = "the calls have no order: " + found.why;
  return out;
}

} // namespace cluster_store::simulation
