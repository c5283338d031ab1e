#include <cluster_store/apps/cluster_store/settings.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

namespace cluster_store::apps {

namespace {

std::string variable_name(std::string text) {
  for (auto& letter : text)
    letter = letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return "CLUSTER_STORE_" + text;
}

bool is_setting(const CLI::Option& option) {
  return option.get_configurable() && !option.get_positional() && !option.get_lnames().empty();
}

std::vector<CLI::ConfigItem> read_file(const std::string& path) {
  std::ifstream file{path};
  if (!file)
    throw CLI::FileError::Missing(path + " (named by --config or CLUSTER_STORE_CONFIG)");
  auto items = CLI::ConfigTOML{}.from_config(file);
  std::erase_if(items, [](const CLI::ConfigItem& item) { return item.name == "++" || item.name == "--"; });
  return items;
}

bool has_setting(const CLI::App& command, const std::string& name) {
  const auto* option = command.get_option_no_throw("--" + name);
  return option != nullptr && is_setting(*option);
}

/// A misspelt key would otherwise be a setting that silently does not hold.
void refuse_unknown_keys(const CLI::App& program, const std::vector<CLI::ConfigItem>& items) {
  for (const auto& item : items) {
    const auto commands = program.get_subcommands([&](const CLI::App* command) {
      return item.parents.empty()
             || (item.parents.size() == 1 && command->get_name() == item.parents.front());
    });
    if (std::none_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return has_setting(*command, item.name); }))
      throw CLI::ConfigError("the configuration file sets '" + item.fullname()
                                 + "', but there is no such option: see `cluster-store COMMAND --help`",
                             CLI::ExitCodes::ConfigError);
  }
}

/// @returns the values that variables or the file give to an option of `command`; empty if none do.
std::vector<std::string> values_of(const CLI::Option& option, const std::string& command,
                                   const environment& variables, const std::vector<CLI::ConfigItem>& items) {
  const auto& name = option.get_lnames().front();
  const bool own = option.get_group() == own_groups::stores || option.get_group() == own_groups::tls;
  if (auto value = variables(variable_name(command + "-" + name)))
    return {*std::move(value)};
  if (auto value = own ? std::nullopt : variables(variable_name(name)))
    return {*std::move(value)};
  const CLI::ConfigItem* best = nullptr;
  for (const auto& item : items)
    if (item.name == name
        && (item.parents.empty() ? best == nullptr && !own : item.parents.front() == command))
      best = &item;
  return best == nullptr ? std::vector<std::string>{} : best->inputs;
}

/// Sets an option that the command line left out, as CLI11 itself does with its configuration files.
void set_option(CLI::Option& option, const std::vector<std::string>& values) {
  const bool flag = option.get_expected_min() == 0;
  for (const auto& value : values)
    option.add_result(flag ? option.get_flag_value(option.get_lnames().front(), value) : value);
  if (!values.empty())
    option.run_callback();
}

} // namespace

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

void parse_with_settings(CLI::App& program, std::vector<std::string> arguments,
                         const environment& variables) {
  std::reverse(arguments.begin(), arguments.end()); // the order in which CLI11 takes them
  program.parse(std::move(arguments));
  const auto* file = program.get_option("--config");
  const auto path =
      file->count() > 0 ? std::optional{file->as<std::string>()} : variables(variable_name("config"));
  const auto items = path ? read_file(*path) : std::vector<CLI::ConfigItem>{};
  refuse_unknown_keys(program, items);

  auto* command = program.get_subcommands().front();
  for (auto* option : command->get_options([](CLI::Option* candidate) { return is_setting(*candidate); }))
    if (option->count() == 0)
      set_option(*option, values_of(*option, command->get_name(), variables, items));
}

} // namespace cluster_store::apps
