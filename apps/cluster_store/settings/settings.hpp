#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace cluster_store::apps {

/// Reads the value of an environment variable; nothing if it is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// @returns the environment of this process.
environment process_environment();

/// Parses a command line whose options may also be set by environment variables and a file; a flag wins over
/// a variable, a variable over the file.
///
/// A variable is named `CLUSTER_STORE_<OPTION>` or, for one command only, `CLUSTER_STORE_<COMMAND>_<OPTION>`,
/// which wins. In the file (TOML, named by `--config`), keys at the top hold for every command that has such
/// an option, keys in a section `[COMMAND]` for that one, and win. Options in `own_groups` are only set by
/// the name or section of their command, since the short name means something else elsewhere.
///
/// What is given but empty is refused wherever it counts, but for a variable of a switch, which counts as not
/// set. The file is checked as a whole, also what does not concern the command.
/// @param program one level of sub-commands; parsed afterwards as after `CLI::App::parse`.
/// @param arguments without the program's name.
/// @param speak_json told whether errors are to be JSON as soon as that is known, also if this throws then.
/// @throws CLI::ParseError as `CLI::App::parse`; its message names the flag, the variable or the place in the
/// file.
void parse_with_settings(CLI::App& program, const std::vector<std::string>& arguments,
                         const environment& variables, const std::function<void(bool)>& speak_json);

/// Names of the option groups that `parse_with_settings` treats apart.
namespace own_groups {
inline constexpr const char* stores = "Stores";
inline constexpr const char* tls = "TLS of a master";
} // namespace own_groups

} // namespace cluster_store::apps
