#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <cluster_store/apps/support/option_checks.hpp>

/// Options that are read once, as what they mean. Each is refused, with what `parse` says, if it cannot be.
namespace cluster_store::apps {

/// Adds an option that names a file.
inline CLI::Option* add_file(CLI::App& command, const std::string& name, std::string& into,
                             const std::string& about) {
  return command.add_option(name, into, about)->type_name("FILE");
}

/// Adds an option whose value `parse` reads. @param type what `--help` calls the value.
template <class T, class F>
CLI::Option* add_parsed(CLI::App& command, const std::string& name, T& into, F parse, const char* type,
                        const std::string& about) {
  return command
      .add_option_function<std::string>(
          name, [&into, parse](const std::string& text) { into = *parse(text); }, about)
      ->check(read_by(parse))
      ->type_name(type);
}

/// The same for an option that may be given several times. @param into keeps what it holds if it is not
/// given.
template <class T, class F>
CLI::Option* add_parsed_list(CLI::App& command, const std::string& name, std::vector<T>& into, F parse,
                             const char* type, const std::string& about) {
  using texts = std::vector<std::string>;
  const auto read_all = [&into, parse](const texts& given) {
    into.clear();
    for (const auto& text : given)
      into.push_back(*parse(text));
  };
  return command.add_option_function<texts>(name, read_all, about)
      ->check(read_by(parse))
      ->type_name(type)
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
}

} // namespace cluster_store::apps
