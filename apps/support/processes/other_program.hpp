#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// @returns the path of the program `name` in the directories of PATH.
/// @param package Debian's package that has it, for the message.
/// @errors `unsupported` saying what to install.
result<std::string> find_program(const std::string& name, const std::string& package);

/// Runs `arguments[0]`, a path, to its end, with nothing to read. Blocks.
/// @returns what it wrote to its standard output.
/// @errors `io_error` if it cannot be started, does not end in time or ends with another code than 0.
result<std::string> run_program(const std::vector<std::string>& arguments,
                                std::chrono::milliseconds time_max);

} // namespace cluster_store::apps
