#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include <cluster_store/apps/cluster_store/settings/file.hpp>

namespace cluster_store::apps {

/// @returns whether variables and the file can set an option.
bool is_setting(const CLI::Option& option);

/// @returns whether an option needs no value.
bool is_switch(const CLI::Option& option);

/// @returns whether an option's short name means something else for other commands (`own_groups`).
bool is_own(const CLI::Option& option);

/// Refuses the command line. @throws CLI::ParseError that says `message` and nothing else.
[[noreturn]] void refuse_setting(const std::string& message);

/// Checks what an option is given elsewhere than on the command line.
/// @param origin the variable, or the place in the file; the error begins with it.
/// @throws CLI::ParseError if it is empty, or refused by the option's own checks.
void check_value(CLI::Option& option, const std::string& origin, std::string value);

/// Checks a key of the file: that there is such an option, its type and its values.
/// @throws CLI::ParseError naming the place in the file.
void check_setting(CLI::App& program, const file_setting& setting);

} // namespace cluster_store::apps
