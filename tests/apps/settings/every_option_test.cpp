#include <algorithm>
#include <fstream>
#include <map>

#include <cluster_store/apps/bench/settings.hpp>
#include <cluster_store/apps/cluster_store/commands.hpp>
#include <cluster_store/apps/cluster_store/settings/checks.hpp>
#include <cluster_store/apps/cluster_store/settings/settings.hpp>
#include <cluster_store/apps/support/command_words.hpp>
#include <cluster_store/apps/support/option_checks.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

// These tests ask the programs which options they have, so that they hold for those of the future, too.

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

const auto any = [](const auto*) { return true; };

/// A command and one of its options, by name.
struct place {
  std::string command; ///< Empty for cluster-store-bench.
  std::string option;  ///< With its dashes.
  bool is_switch = false;
  bool is_setting = false;
  bool is_own = false;
  bool is_number = false;
  std::string type;

  std::string key() const { return option.substr(2); }
};

place describe(const std::string& command, CLI::Option& option) {
  place found{command, option.get_name(),     is_switch(option), is_setting(option), is_own(option),
              false,   option.get_type_name()};
  try {
    option.get_validator(whole_number_check);
    found.is_number = true;
  } catch (const CLI::OptionNotFound&) {
    found.is_number = false;
  }
  return found;
}

bool takes_part(const CLI::App& app, const CLI::Option* option) {
  return !option->get_positional() && option != app.get_help_ptr();
}

/// All of cluster-store, with an environment and a file.
struct whole_program {
  CLI::App app{"about", "cluster-store"};
  command_table table{app};
  std::map<std::string, std::string> variables;
  tests::temporary_directory directory;

  whole_program() { add_commands(app, table, "1"); }

  std::vector<place> places() {
    std::vector<place> found;
    for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
      for (auto* option : command->get_options([](CLI::Option*) { return true; }))
        if (takes_part(*command, option))
          found.push_back(describe(command->get_name(), *option));
      found.push_back(describe(command->get_name(), *app.get_option("--config")));
    }
    return found;
  }

  /// @returns what is said of a line with what the command needs besides.
  std::string refusal(const std::string& command, std::vector<std::string> words) {
    words.insert(words.begin(), command);
    words.emplace_back("--");
    for (const auto* option : app.get_subcommand(command)->get_options(any))
      if (option->get_positional() && option->get_required())
        words.emplace_back("a");
    try {
      parse_with_settings(
          app, words,
          [this](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional{found->second};
          },
          [](bool) {});
      return {};
    } catch (const CLI::ParseError& problem) {
      return problem.what();
    }
  }

  /// As a file whose section of `where`'s command, or whose top, has this value as it stands here.
  std::string refusal_in_file(const place& where, const std::string& value, bool at_top) {
    const auto path = directory / "f";
    std::ofstream{path} << (at_top ? "" : "[" + where.command + "]\n") << where.key() << " = " << value
                        << '\n';
    return refusal(where.command, {"--config", path});
  }

  std::string refusal_of_variable(const place& where, const std::string& value, bool own) {
    const auto name = variable_of(where, own);
    variables = {{name, value}};
    auto refused = refusal(where.command, {});
    variables.clear();
    return refused;
  }

  static std::string variable_of(const place& where, bool own) {
    auto name = "CLUSTER_STORE_" + (own ? where.command + "_" : "") + where.key();
    for (auto& letter : name)
      letter = letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return name;
  }
};

/// @returns what cluster-store-bench says of its command line.
std::string refusal_of_bench(const std::vector<std::string>& words) {
  CLI::App app{"about", "cluster-store-bench"};
  const bench_options options{app};
  auto taken = read_words(app, words);
  if (taken.problem)
    return taken.problem->message;
  try {
    std::reverse(taken.arguments.begin(), taken.arguments.end());
    app.parse(std::move(taken.arguments));
    return {};
  } catch (const CLI::ParseError& problem) {
    return problem.what();
  }
}

std::vector<place> places_of_bench() {
  CLI::App app{"about", "cluster-store-bench"};
  const bench_options options{app};
  std::vector<place> found;
  for (auto* option : app.get_options([](CLI::Option*) { return true; }))
    if (takes_part(app, option))
      found.push_back(describe({}, *option));
  return found;
}

/// @returns whether CLI11 would convert the value to a number itself.
bool is_arithmetic(const place& where) {
  return where.type.starts_with("INT") || where.type.starts_with("UINT") || where.type.starts_with("FLOAT");
}

bool names(const std::string& refusal, const std::string& name) {
  return refusal.find(name) != std::string::npos;
}

const std::vector<std::string> no_numbers{"-1",
                                          "+5",
                                          " 5",
                                          "5 ",
                                          "05",
                                          "0x10",
                                          "1e3",
                                          "1_000",
                                          "1'000",
                                          "5.0",
                                          "5k",
                                          "18446744073709551616",
                                          "99999999999999999999999",
                                          "\u0665",
                                          "many",
                                          "true"};

} // namespace

TEST_CASE("no flag may be empty, whichever it is") {
  for (const auto& each : whole_program{}.places()) {
    INFO(each.command << " " << each.option);
    CHECK(names(whole_program{}.refusal(each.command, {each.option + "="}),
                each.option + " is given, but empty"));
    if (!each.is_switch)
      CHECK(names(whole_program{}.refusal(each.command, {each.option, ""}),
                  each.option + " is given, but empty"));
  }
  for (const auto& each : places_of_bench()) {
    INFO(each.option);
    CHECK(names(refusal_of_bench({each.option + "="}), each.option + " is given, but empty"));
    if (!each.is_switch)
      CHECK(names(refusal_of_bench({each.option, ""}), each.option + " is given, but empty"));
  }
}

TEST_CASE("no variable may be empty but those of switches, which then count as not set") {
  for (const auto& each : whole_program{}.places()) {
    if (!each.is_setting)
      continue;
    for (const bool own : {true, false}) {
      const auto name = whole_program::variable_of(each, own);
      INFO(name);
      const auto refused = whole_program{}.refusal_of_variable(each, "", own);
      if (each.is_switch || (each.is_own && !own))
        CHECK(refused.empty());
      else
        CHECK(refused.find(name + " is given, but empty") == 0);
    }
  }
  whole_program run;
  run.variables["CLUSTER_STORE_CONFIG"] = "";
  CHECK(names(run.refusal("length", {}), "CLUSTER_STORE_CONFIG is given, but empty"));
}

TEST_CASE("no key of the file may be empty, whichever it is") {
  for (const auto& each : whole_program{}.places()) {
    if (!each.is_setting)
      continue;
    for (const std::string value : {"\"\"", "''", "[]", "[\"\"]", "[\"\", \"\"]"}) {
      INFO(each.command << " " << each.option << " " << value);
      const auto refused = whole_program{}.refusal_in_file(each, value, false);
      CHECK(names(refused, "f:2:1: " + each.key()));
      CHECK((names(refused, "empty") || names(refused, "of type array")));
      if (!each.is_own)
        CHECK(names(whole_program{}.refusal_in_file(each, value, true), "f:1:1: " + each.key()));
    }
  }
}

TEST_CASE("numbers are digits in every option, variable and key that takes them") {
  std::size_t numbers = 0;
  for (const auto& each : whole_program{}.places()) {
    INFO(each.command << " " << each.option << " " << each.type);
    CHECK((each.is_number || !is_arithmetic(each)));
    CHECK(each.is_number == (each.type.substr(0, each.type.find(':')) == "N"));
    if (!each.is_number)
      continue;
    ++numbers;
    for (const auto& text : no_numbers) {
      INFO(text);
      CHECK(names(whole_program{}.refusal(each.command, {each.option, text}),
                  each.option + ": '" + text + "'"));
    }
    for (const std::string text : {"-1", "0x10", "+5", "05"}) {
      INFO(text);
      CHECK(names(whole_program{}.refusal_of_variable(each, text, true), "'" + text + "'"));
      CHECK(names(whole_program{}.refusal_in_file(each, "\"" + text + "\"", false), "f:2:1: " + each.key()));
      CHECK(names(whole_program{}.refusal_in_file(each, text, false), "f:"));
    }
    CHECK(whole_program{}.refusal(each.command, {each.option, "5"}).empty());
    CHECK(whole_program{}.refusal_of_variable(each, "5", false).empty());
    CHECK(whole_program{}.refusal_in_file(each, "5", false).empty());
    CHECK(whole_program{}.refusal_in_file(each, "\"5\"", true).empty());
  }
  CHECK(numbers >= 5);
}

TEST_CASE("numbers of the benchmark are digits, and its fraction a decimal one") {
  for (const auto& each : places_of_bench()) {
    INFO(each.option << " " << each.type);
    const bool is_fraction = each.type.starts_with("FLOAT");
    const bool is_integer = is_arithmetic(each) && !is_fraction;
    CHECK(each.is_number == is_integer);
    if (is_integer)
      for (const auto& text : no_numbers)
        CHECK(names(refusal_of_bench({each.option, text}), each.option + ": '" + text + "'"));
    if (is_fraction)
      for (const std::string text : {"nan", "inf", "-0.5", "+0.5", "0x1p-1", "5e-1", " 0.5", "0.5 ", ".5",
                                     "0.", "00.5", "0.5f", "0,5"})
        CHECK(names(refusal_of_bench({each.option, text}), each.option + ": '" + text + "'"));
  }
  CHECK(refusal_of_bench({"--zipf-exponent", "0.5", "--workers", "8"}).empty());
}

TEST_CASE("durations are refused where they are given, with a unit missing or digits that are no number") {
  std::size_t durations = 0;
  for (const auto& each : whole_program{}.places()) {
    if (each.type != "DURATION")
      continue;
    ++durations;
    for (const std::string text : {"5", "030m", "-5s", " 5s"}) {
      INFO(each.command << " " << each.option << " " << text);
      CHECK(names(whole_program{}.refusal(each.command, {each.option, text}),
                  each.option + ": '" + text + "'"));
      CHECK(names(whole_program{}.refusal_of_variable(each, text, true), "'" + text + "'"));
      CHECK(names(whole_program{}.refusal_in_file(each, "\"" + text + "\"", false), "f:2:1: " + each.key()));
    }
  }
  CHECK(durations >= 5);
}

TEST_CASE("switches take yes or no and nothing else") {
  for (const auto& each : whole_program{}.places()) {
    if (!each.is_switch)
      continue;
    INFO(each.command << " " << each.option);
    for (const std::string good : {"true", "false", "yes", "no", "on", "off", "1", "0", "TRUE"})
      CHECK(whole_program{}.refusal(each.command, {each.option + "=" + good}).empty());
    for (const std::string bad : {"maybe", "2", "-1", "t", " true", "+"}) {
      CHECK(names(whole_program{}.refusal(each.command, {each.option + "=" + bad}), each.option));
      if (each.is_setting)
        CHECK(names(whole_program{}.refusal_of_variable(each, bad, false), "CLUSTER_STORE_"));
    }
  }
}
