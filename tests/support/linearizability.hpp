#pragma once

#include <cstddef>
#include <string>

#include <cluster_store/tests/support/history.hpp>

namespace cluster_store::tests {

/// What a check found.
struct verdict {
  bool linearizable = true;
  std::string why;                ///< If not: what contradicts what.
  std::size_t configurations = 0; ///< How many states of the search were visited.
};

/// How much a check may search; a history beyond it is reported as not checked, which is a failure, too.
struct search_limits {
  std::size_t configurations_max = 500'000;
};

/// Whether there is one order of the calls on one session that respects real time and gives every call the
/// answer it got, from a store where the session does not exist at first.
///
/// The search is Wing and Gong's with Lowe's memoisation (Lowe, "Testing for linearizability", 2017).
/// Versions prune it: those of the sets must rise in the order. A touch changes neither data nor version. A
/// set of unknown outcome that some get saw was applied; other calls of unknown outcome are used only where
/// an answer needs them.
/// @pre no value is set twice.
verdict check_session(const history& calls, const search_limits& limits = {});

/// Checks that the versions of a whole store never repeat and rise in real time, then each session by itself.
/// Linearizability is compositional (Herlihy and Wing, 1990), so together this is the check of the whole.
verdict check_history(history all, const search_limits& limits = {});

} // namespace cluster_store::tests
