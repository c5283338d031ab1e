#pragma once

#include <string>

#include <cluster_store/tests/support/history.hpp>

namespace cluster_store::tests {

/// Checks what versions promise across the sessions of a store: no two writes have the same one, a write that
/// started after another was answered has a higher one, and so has the later of two writes of one worker.
/// @returns the first contradiction, empty if there is none.
std::string check_version_order(const history& all);

} // namespace cluster_store::tests
