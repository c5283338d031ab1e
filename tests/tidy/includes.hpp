#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/tests/tidy/source_tree.hpp>

namespace cluster_store::tidy {

/// One `#include`.
struct include_line {
  std::size_t line = 0; ///< From 1.
  std::string target;   ///< What stands between the brackets or quotes.
  bool quoted = false;

  friend bool operator==(const include_line&, const include_line&) = default;
};

/// @returns the includes of a source, also those in a branch that the preprocessor may skip.
std::vector<include_line> includes_of(std::string_view text);

/// What one kind of file may include: the rows of the table in CONTRIBUTING.md, "Who may include whom".
enum class layer {
  backend_interface, ///< backends/: headers, and sources that are no engine.
  engine,            ///< Sources of backends/<engine>/.
  pure,              ///< actors/: cores, coders, options and the facade; everything that is no shell.
  shell,             ///< actors/: what knows CAF.
  program,           ///< apps/.
  free               ///< tests/ and the rest: no row.
};

/// @returns the layer of the file at `path`.
layer layer_of(std::string_view path);

/// Checks each include of each C++ file against its layer's row. What pure files include is pure, so this
/// holds for what they include indirectly, too.
std::vector<finding> check_includes(const std::vector<source_file>& tree);

/// Checks that public headers include public headers only, so an installation is complete.
std::vector<finding> check_public_headers(const std::vector<source_file>& tree);

/// Checks that a `.cpp` of `actors/` or `backends/` includes the header of its own name, if there is one,
/// before anything else; so every such header is known to compile on its own.
std::vector<finding> check_own_header_first(const std::vector<source_file>& tree);

} // namespace cluster_store::tidy
