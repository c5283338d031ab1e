#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// A command line, taken apart.
struct command_words {
  /// The same for CLI11, with nothing left to guess: the command, its options, `--`, the rest. (CLI11 alone
  /// takes the next word for the value of `--ttl=`, reads `-hello` as `-h` and leaves out the data `++`.)
  std::vector<std::string> arguments;
  const CLI::App* command = nullptr; ///< None if it was not named; the program itself if it has no commands.
  bool separated = false;            ///< There is a `--`.
  std::string config;                ///< Value of `--config`; empty if it is not given.
  std::optional<bool> json;          ///< What the last `--json` before `--` says, wherever it stands.
  std::optional<error> problem;      ///< The first thing that is wrong: unknown, missing or empty.
};

/// Takes the words after a program's name apart. Pure.
/// @param program has at most one level of commands. What it takes for options before a command are its own.
command_words read_words(const CLI::App& program, const std::vector<std::string>& words);

/// @returns what is said of an option, a variable or a key that is given, but empty: `name` and what to do.
error empty_value(const std::string& name);

} // namespace cluster_store::apps
