#pragma once

#include <vector>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/linearizability.hpp>
#include <cluster_store/tests/support/load.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

namespace cluster_store::tests {

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
