#pragma once

#include <string_view>

/// Which file is what: the part of the include rules that grows with the project.
namespace cluster_store::tidy {

/// @returns whether a file of `actors/` may know CAF, which is seen from its folder or its name
/// (docs/ARCHITECTURE.md, "Pure or shell"). All others there are pure.
bool is_shell(std::string_view path);

/// @returns the engine that a file of `backends/ENGINE/` belongs to; empty if none.
std::string_view engine_of(std::string_view path);

/// @returns what the includes of the engine's library begin with; empty if it needs none.
std::string_view library_of(std::string_view engine);

/// @returns whether an include names any engine's library.
bool is_engine_library(std::string_view include);

/// @returns whether the program source at `path` may include this of an engine library: a few that measure
/// engines may, each that of one engine.
bool may_use_engine(std::string_view path, std::string_view include);

/// @returns whether a header is of the public API, which is installed and which programs use.
bool is_public(std::string_view path);

} // namespace cluster_store::tidy
