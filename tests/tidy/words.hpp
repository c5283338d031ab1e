#pragma once

#include <vector>

#include <cluster_store/tests/tidy/source_tree.hpp>

namespace cluster_store::tidy {

/// Checks that no source has more than 400 lines, and no function more than 70.
std::vector<finding> check_sizes(const std::vector<source_file>& tree);

/// Checks that headers begin with `#pragma once`.
std::vector<finding> check_pragma_once(const std::vector<source_file>& tree);

/// Checks for words that have no place in the project, or not in that place: reminders of unfinished work,
/// paths of a machine, sleeping tests, clock reads in pure code, `using namespace std`, questions for the
/// version of CAF outside the two headers that may ask.
std::vector<finding> check_words(const std::vector<source_file>& tree);

} // namespace cluster_store::tidy
