#pragma once

#include <string>
#include <string_view>

namespace cluster_store::apps {

/// @returns whether a person looks at the standard output.
bool stdout_is_terminal();

/// @returns whether a person looks at the standard error output.
bool stderr_is_terminal();

/// @returns `text` for stdout: bold on a terminal, unless NO_COLOR is set (https://no-color.org), else as it
/// is.
std::string emphasised(std::string_view text);

} // namespace cluster_store::apps
