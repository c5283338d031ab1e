#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <cluster_store/apps/cluster_store/commands.hpp>
#include <cluster_store/apps/cluster_store/settings.hpp>
#include <cluster_store/apps/support/program_start.hpp>

namespace cluster_store::apps {

namespace {

constexpr const char* about = "cluster-store: a session store for programs that run as many processes";

constexpr const char* footer =
    "Every option can also be set by an environment variable, CLUSTER_STORE_<OPTION> or, for one command,\n"
    "CLUSTER_STORE_<COMMAND>_<OPTION>, and in the file that --config names: connect = \"unix:/run/app.sock\" "
    "at the\n"
    "top for all commands, or in a section [COMMAND]. A flag wins over a variable, a variable over the "
    "file.\n"
    "`serve --store` is set only by CLUSTER_STORE_SERVE_STORE or in [serve].\n"
    "\n"
    "Exit codes: 0 done, 1 not found, 2 usage, 3 unreachable, 4 refused, 5 failed.";

int exit_of_parsing(const CLI::App& program, const CLI::ParseError& outcome) {
  if (outcome.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) { // --help, --version
    std::ostringstream out;
    program.exit(outcome, out, std::cerr);
    return static_cast<int>(print(out.str()));
  }
  const auto strange = program.remaining();
  if (program.get_subcommands().empty() && !strange.empty())
    std::cerr << "cluster-store: there is no command '" << strange.front() << "'\n";
  else
    std::cerr << "cluster-store: " << outcome.what() << '\n';
  std::cerr << "see `cluster-store --help`\n";
  return static_cast<int>(exit_code::usage);
}

int run(std::vector<std::string> arguments) {
  CLI::App program{about, "cluster-store"};
  program.require_subcommand(1);
  program.fallthrough();
  program.footer(footer);
  program.set_version_flag("--version", CLUSTER_STORE_VERSION);
  program.add_option("--config", "file with settings (TOML)")->type_name("FILE")->configurable(false);
  command_table commands{program};
  add_serve_command(commands);
  add_session_commands(commands);
  add_collection_commands(commands);
  add_pipe_command(commands);
  add_status_command(commands);
  try {
    parse_with_settings(program, std::move(arguments), process_environment());
  } catch (const CLI::ParseError& outcome) {
    return exit_of_parsing(program, outcome);
  }
  return static_cast<int>(commands.run_given());
}

} // namespace

} // namespace cluster_store::apps

int main(int argc, char** argv) {
  cluster_store::apps::begin_program();
  try {
    return cluster_store::apps::run({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::cerr << "cluster-store: " << problem.what() << '\n';
    return static_cast<int>(cluster_store::apps::exit_code::failed);
  }
}
