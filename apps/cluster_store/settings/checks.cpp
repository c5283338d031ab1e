#include <cluster_store/apps/cluster_store/settings/checks.hpp>

#include <algorithm>

#include <cluster_store/apps/cluster_store/settings/settings.hpp>
#include <cluster_store/apps/support/command_words.hpp>
#include <cluster_store/apps/support/option_checks.hpp>

namespace cluster_store::apps {

namespace {

bool takes_several(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

/// @returns the checks of an option, in their order.
std::vector<CLI::Validator*> checks_of(CLI::Option& option) {
  std::vector<CLI::Validator*> checks;
  try {
    while (true)
      checks.push_back(option.get_validator(static_cast<int>(checks.size())));
  } catch (const CLI::OptionNotFound&) { // CLI11 does not tell how many there are
    return checks;
  }
}

bool takes_number(CLI::Option& option) {
  const auto checks = checks_of(option);
  return std::any_of(checks.begin(), checks.end(),
                     [](const auto* check) { return check->get_name() == whole_number_check; });
}

/// @returns the options that a key of the file is for.
std::vector<CLI::Option*> options_of(CLI::App& program, const std::string& command, const std::string& key) {
  std::vector<CLI::Option*> options;
  for (auto* each : program.get_subcommands(
           [&](const CLI::App* candidate) { return command.empty() || candidate->get_name() == command; }))
    if (auto* option = each->get_option_no_throw("--" + key);
        option != nullptr && is_setting(*option) && (!command.empty() || !is_own(*option)))
      options.push_back(option);
  return options;
}

bool fits(CLI::Option& option, value_kind kind) {
  return kind == value_kind::text || (kind == value_kind::list && takes_several(option))
         || (kind == value_kind::number && takes_number(option))
         || ((kind == value_kind::number || kind == value_kind::boolean) && is_switch(option));
}

std::string expected_by(CLI::Option& option) {
  return is_switch(option)       ? "true or false"
         : takes_number(option)  ? "a whole number"
         : takes_several(option) ? "a string in quotes, or an array of them"
                                 : "a string in quotes";
}

bool has_command(const CLI::App& program, const std::string& name) {
  return !program.get_subcommands([&](const CLI::App* each) { return each->get_name() == name; }).empty();
}

/// A misspelt key would otherwise be a setting that silently does not hold.
[[noreturn]] void refuse_unknown(CLI::App& program, const file_setting& setting) {
  if (setting.command.empty() && has_command(program, setting.key))
    refuse_setting(setting.place + ": '" + setting.key + "' is a command: its settings stand in a section ["
                   + setting.key + "]");
  const auto likely = CLI::detail::find_and_replace(CLI::detail::to_lower(setting.key), "_", "-");
  const bool is_likely = !options_of(program, setting.command, likely).empty();
  refuse_setting(setting.place + ": there is no setting '" + setting.key + "'"
                 + (setting.command.empty() ? "" : " in [" + setting.command + "]") + ": "
                 + (is_likely ? "did you mean '" + likely + "'?" : "see `cluster-store COMMAND --help`"));
}

} // namespace

bool is_setting(const CLI::Option& option) {
  return option.get_configurable() && !option.get_positional() && !option.get_lnames().empty();
}

bool is_switch(const CLI::Option& option) {
  return option.get_expected_min() == 0;
}

bool is_own(const CLI::Option& option) {
  return option.get_group() == own_groups::stores || option.get_group() == own_groups::tls;
}

void refuse_setting(const std::string& message) {
  throw CLI::ParseError{message, CLI::ExitCodes::ValidationError};
}

void check_value(CLI::Option& option, const std::string& origin, std::string value) {
  if (value.empty())
    refuse_setting(empty_value(origin).message);
  if (value.find('\0') != std::string::npos)
    refuse_setting(origin + ": a zero byte cannot be part of it");
  for (const auto* check : checks_of(option))
    if (const auto problem = (*check)(value); !problem.empty())
      refuse_setting(origin + ": " + problem);
}

void check_setting(CLI::App& program, const file_setting& setting) {
  if (setting.key.empty()) {
    if (!has_command(program, setting.command))
      refuse_setting(setting.place + ": there is no command '" + setting.command
                     + "' that a section could be for");
    return;
  }
  const auto options = options_of(program, setting.command, setting.key);
  if (options.empty())
    refuse_unknown(program, setting);
  const auto origin = setting.place + ": " + setting.key;
  for (auto* option : options) {
    if (!fits(*option, setting.kind))
      refuse_setting(origin + " is of type " + setting.kind_name + ", but takes " + expected_by(*option));
    if (setting.texts.empty())
      refuse_setting(empty_value(origin).message);
    for (const auto& text : setting.texts)
      check_value(*option, origin, text);
  }
}

} // namespace cluster_store::apps
