#pragma once

#include <cstdint>
#include <string>

#include <cluster_store/tests/simulation/defect.hpp>
#include <cluster_store/tests/simulation/figures.hpp>

namespace cluster_store::simulation {

/// What one run came to.
struct outcome {
  figures met;
  std::string problem;      ///< Empty: everything held.
  std::uint64_t digest = 0; ///< Of all its events: the same seed gives the same.
};

/// Runs an installation with everything its seed says (docs/decisions/013). Blocks; touches no clock, thread,
/// socket or file.
/// @param searched whether the calls are also checked for an order by a search that knows nothing of the
/// engine; that takes longer than the run.
outcome simulate(std::uint64_t seed, defect wrong = defect::none, bool searched = false);

} // namespace cluster_store::simulation
