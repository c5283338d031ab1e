#pragma once

#include <functional>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include <cluster_store/apps/cluster_store/connection.hpp>
#include <cluster_store/apps/cluster_store/exit_code.hpp>

namespace cluster_store::apps {

/// The sub-commands of `cluster-store` and what each runs once the command line is parsed.
class command_table {
public:
  using action = std::function<exit_code()>;

  explicit command_table(CLI::App& program) : program_(program) {}

  /// Adds a sub-command. @param examples shown below its help, one a line. @param run when it is given.
  CLI::App& add(const std::string& name, const std::string& description, const std::string& examples,
                action run);

  /// Runs the command that was given.
  /// @pre the program was parsed and requires one sub-command.
  exit_code run_given() const { return actions_.at(program_.get_subcommands().front())(); }

private:
  CLI::App& program_;
  std::map<const CLI::App*, action> actions_;
};

/// Adds all commands, and what stands before them.
/// @param version of this program.
void add_commands(CLI::App& program, command_table& table, const std::string& version);

void add_serve_command(command_table& table);
void add_operation_commands(command_table& table);
void add_pipe_command(command_table& table);
void add_status_command(command_table& table);

} // namespace cluster_store::apps
