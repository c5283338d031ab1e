#include <cluster_store/apps/cluster_store/settings/settings.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <cluster_store/apps/cluster_store/settings/checks.hpp>
#include <cluster_store/apps/support/command_words.hpp>
#include <cluster_store/apps/support/option_checks.hpp>

namespace cluster_store::apps {

namespace {

std::string variable_name(std::string text) {
  for (auto& letter : text)
    letter = letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return "CLUSTER_STORE_" + text;
}

/// What gives an option its value.
struct given {
  std::string origin;
  std::vector<std::string> values; ///< Empty: nothing does.
};

/// Variables and the file.
struct sources {
  const environment& variables;
  std::vector<file_setting> file;

  /// @param own whether the short name means something else.
  given find(const std::string& name, const std::string& command, bool own, bool empty_is_unset) const {
    for (const auto& variable : {variable_name(command + "-" + name), variable_name(name)}) {
      auto value = own && variable == variable_name(name) ? std::nullopt : variables(variable);
      if (value && !(value->empty() && empty_is_unset))
        return {variable, {*std::move(value)}};
    }
    const file_setting* best = nullptr;
    for (const auto& setting : file)
      if (setting.key == name
          && (setting.command.empty() ? best == nullptr && !own : setting.command == command))
        best = &setting;
    return best == nullptr ? given{} : given{best->place + ": " + name, best->texts};
  }
};

/// @returns whether variables or the file ask for JSON. What is wrong with them is said elsewhere.
bool ask_for_json(const sources& from, const CLI::App* command) {
  const auto answer =
      from.find("json", command == nullptr ? std::string{} : command->get_name(), false, true);
  return !answer.values.empty() && parse_switch(answer.values.front()).value_or(true);
}

/// Sets an option that the command line left out, as CLI11 itself does with its configuration files.
void set_option(CLI::Option& option, const given& what) {
  for (const auto& value : what.values) {
    check_value(option, what.origin, value);
    option.add_result(is_switch(option) ? option.get_flag_value(option.get_lnames().front(), value) : value);
  }
  if (!what.values.empty())
    option.run_callback();
}

/// CLI11 looks at the command line only.
void refuse_exclusive(const CLI::App& command) {
  for (const auto* option : command.get_options([](const CLI::Option* each) { return each->count() > 0; }))
    for (const auto* other : option->get_excludes())
      if (other->count() > 0)
        refuse_setting(option->get_name() + " excludes " + other->get_name());
}

/// @returns the path of the settings file; empty if there is none.
result<std::string> settings_path(const command_words& words, const environment& variables) {
  const auto name = variable_name("config");
  const auto variable = words.config.empty() ? variables(name) : std::nullopt;
  if (variable && variable->empty())
    return tl::unexpected{empty_value(name)};
  return variable.value_or(words.config);
}

} // namespace

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

void parse_with_settings(CLI::App& program, const std::vector<std::string>& arguments,
                         const environment& variables, const std::function<void(bool)>& speak_json) {
  auto words = read_words(program, arguments);
  auto file = settings_path(words, variables).and_then([](const std::string& path) {
    return path.empty() ? result<std::vector<file_setting>>{} : read_settings_file(path);
  });
  const sources from{variables, file ? *file : std::vector<file_setting>{}};
  speak_json(words.json.value_or(ask_for_json(from, words.command)));
  if (words.problem)
    refuse_setting(words.problem->message);
  std::reverse(words.arguments.begin(), words.arguments.end()); // the order in which CLI11 takes them
  program.parse(std::move(words.arguments));
  if (!file)
    refuse_setting(file.error().message);
  for (const auto& setting : from.file)
    check_setting(program, setting);

  auto* command = program.get_subcommands().front();
  for (auto* option : command->get_options([](CLI::Option* candidate) { return is_setting(*candidate); }))
    if (option->count() == 0)
      set_option(*option, from.find(option->get_lnames().front(), command->get_name(), is_own(*option),
                                    is_switch(*option)));
  refuse_exclusive(*command);
}

} // namespace cluster_store::apps
