#include <cluster_store/apps/cluster_store/commands.hpp>

namespace cluster_store::apps {

CLI::App& command_table::add(const std::string& name, const std::string& description,
                             const std::string& examples) {
  auto* command = program_.add_subcommand(name, description);
  std::string footer = "Examples:\n  ";
  for (const auto letter : examples)
    footer += letter == '\n' ? std::string{"\n  "} : std::string(1, letter);
  command->footer(footer);
  return *command;
}

} // namespace cluster_store::apps
