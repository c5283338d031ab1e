#include <cluster_store/apps/cluster_store/commands.hpp>

namespace cluster_store::apps {

namespace {

constexpr const char* footer =
    "Every option can also be set by an environment variable, CLUSTER_STORE_<OPTION> or, for one command,\n"
    "CLUSTER_STORE_<COMMAND>_<OPTION>, and in the file that --config names: connect = \"unix:/run/app.sock\" "
    "at the\n"
    "top for all commands, or in a section [COMMAND]. A flag wins over a variable, a variable over the "
    "file.\n"
    "`serve --store` is set only by CLUSTER_STORE_SERVE_STORE or in [serve]. What is given but empty is an "
    "error:\n"
    "leave it out for the default. (The variable of a switch may be empty: that counts as not set.)\n"
    "An id or data that starts with - goes after `--`: cluster-store get -- -abc\n"
    "\n"
    "Exit codes: 0 done, 1 not found, 2 usage, 3 unreachable, 4 refused, 5 failed.";

} // namespace

CLI::App& command_table::add(const std::string& name, const std::string& description,
                             const std::string& examples, action run) {
  auto* command = program_.add_subcommand(name, description);
  command->footer("Examples:\n  " + CLI::detail::find_and_replace(examples, "\n", "\n  "));
  actions_[command] = std::move(run);
  return *command;
}

void add_commands(CLI::App& program, command_table& table, const std::string& version) {
  program.require_subcommand(1);
  program.fallthrough();
  program.footer(footer);
  program.set_version_flag("--version", version);
  program.add_option("--config", "file with settings (TOML)")->type_name("FILE")->configurable(false);
  add_serve_command(table);
  add_operation_commands(table);
  add_pipe_command(table);
  add_status_command(table);
}

} // namespace cluster_store::apps
