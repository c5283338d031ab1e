#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <cluster_store/apps/cluster_store/commands.hpp>
#include <cluster_store/apps/cluster_store/settings/settings.hpp>
#include <cluster_store/apps/support/program_start.hpp>

namespace cluster_store::apps {

namespace {

constexpr const char* about = "cluster-store: a session store for programs that run as many processes";

int exit_of_parsing(const CLI::App& program, const CLI::ParseError& outcome) {
  if (outcome.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) { // --help, --version
    std::ostringstream out;
    program.exit(outcome, out, std::cerr);
    return static_cast<int>(print_last(out.str()));
  }
  return static_cast<int>(report({errc::invalid_argument, outcome.what()}));
}

int run(const std::vector<std::string>& arguments) {
  CLI::App program{about, "cluster-store"};
  command_table commands{program};
  add_commands(program, commands, CLUSTER_STORE_VERSION);
  try {
    parse_with_settings(program, arguments, process_environment(), report_as_json);
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
    using namespace cluster_store;
    return static_cast<int>(apps::report({errc::io_error, problem.what()}));
  }
}
