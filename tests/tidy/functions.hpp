#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cluster_store::tidy {

/// A function's place, from the first line of its declaration to its closing brace.
struct function_extent {
  std::string name;
  std::size_t first_line = 0; ///< From 1.
  std::size_t line_count = 0;

  friend bool operator==(const function_extent&, const function_extent&) = default;
};

/// @returns `text` with comments, literals and preprocessor directives turned into spaces; lines stay where
/// they are.
std::string blank_noise(std::string_view text);

/// Finds the function definitions of C++ source. A heuristic on braces, not a parser: a block in a namespace
/// or class whose head has a parameter list is a function. Functions within functions are part of them.
std::vector<function_extent> functions_of(std::string_view text);

} // namespace cluster_store::tidy
