#include <cluster_store/tests/simulation/simulation.hpp>

#include <cluster_store/tests/simulation/installation.hpp>
#include <cluster_store/tests/support/linearizability.hpp>

namespace cluster_store::simulation {

outcome simulate(std::uint64_t seed, defect wrong, bool searched) {
  installation whole{profile_of(seed, wrong)};
  whole.run();
  auto& around = whole.around();
  around.met.engine_failures = around.place.failures;
  outcome out{around.met, around.problem, around.digest};
  if (out.problem.empty() && searched)
    if (auto calls = around.books.calls())
      if (const auto found = tests::check_history(*std::move(calls)); !found.linearizable)
        out.problem = "the calls have no order: " + found.why;
  return out;
}

} // namespace cluster_store::simulation
