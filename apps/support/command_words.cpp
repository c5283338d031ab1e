#include <cluster_store/apps/support/command_words.hpp>

#include <algorithm>
#include <string_view>

#include <cluster_store/apps/support/option_checks.hpp>

namespace cluster_store::apps {

namespace {

const CLI::App* find_command(const CLI::App& program, const std::string& name) {
  const auto found =
      program.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

bool has_commands(const CLI::App& program) {
  return !program.get_subcommands([](const CLI::App*) { return true; }).empty();
}

std::vector<const CLI::Option*> places_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

/// @returns whether all that stands after `--` is one thing: another program and its arguments.
bool takes_program(const CLI::App& command) {
  const auto places = places_of(command);
  return !places.empty() && places.front()->get_items_expected_max() > 1;
}

/// @returns a word as it can be shown, and typed into a shell.
std::string shown(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,:/@%";
  constexpr std::size_t shown_bytes_max = 64;
  const bool is_plain = word.find_first_not_of(plain) == std::string::npos;
  return is_plain && !word.empty() && word.size() <= shown_bytes_max ? word : "'…'";
}

class word_reader {
public:
  explicit word_reader(const CLI::App& program) : program_(program) {
    if (!has_commands(program))
      read_.command = &program;
  }

  void take(const std::vector<std::string>& words) {
    bool is_option = true;
    for (auto word = words.begin(); word != words.end(); ++word) {
      if (is_option && *word == "--") {
        is_option = false;
        read_.separated = true;
        before_ = others_.size();
      } else if (is_option && word->size() > 1 && word->front() == '-')
        take_option(word, words.end());
      else
        take_other(*word);
    }
    const auto after = std::find(words.begin(), words.end(), "--");
    for (auto word = words.begin(); word != after; ++word)
      if (*word == "--json")
        read_.json = true;
      else if (word->starts_with("--json="))
        read_.json = parse_switch(word->substr(word->find('=') + 1)).value_or(true);
  }

  command_words finish() {
    if (!asked_.empty()) {
      read_.problem.reset();
      options_ = {asked_};
      others_.clear();
    } else if (read_.command != nullptr) {
      judge_others(*read_.command);
    }
    if (read_.command != nullptr && read_.command != &program_)
      read_.arguments.push_back(read_.command->get_name());
    read_.arguments.insert(read_.arguments.end(), options_.begin(), options_.end());
    if (!others_.empty())
      read_.arguments.emplace_back("--");
    read_.arguments.insert(read_.arguments.end(), others_.begin(), others_.end());
    return std::move(read_);
  }

private:
  using place = std::vector<std::string>::const_iterator;

  void refuse(std::string why) {
    if (!read_.problem)
      read_.problem = error{errc::invalid_argument, std::move(why)};
  }

  const CLI::Option* find_option(const std::string& name) const {
    if (!name.starts_with("--") && name != "-h")
      return nullptr;
    const auto* option = read_.command == nullptr ? nullptr : read_.command->get_option_no_throw(name);
    return option != nullptr ? option : program_.get_option_no_throw(name);
  }

  bool asks(const CLI::Option* option) const {
    return option == program_.get_version_ptr() || option == program_.get_help_ptr()
           || (read_.command != nullptr && option == read_.command->get_help_ptr());
  }

  void take_option(place& word, place end) {
    const auto equals = word->find('=');
    const auto name = word->substr(0, equals);
    const auto* option = find_option(name);
    if (option == nullptr)
      return take_unknown(*word, name);
    if (asks(option)) {
      asked_ = name;
      return;
    }
    const bool is_switch = option->get_expected_min() == 0;
    std::string value = is_switch ? "true" : "";
    if (equals != std::string::npos)
      value = word->substr(equals + 1);
    else if (!is_switch && std::next(word) != end)
      value = *++word;
    else if (!is_switch)
      return refuse(name + ": its value is missing");
    if (value.empty())
      return refuse(empty_value(name).message);
    if (name == "--config")
      read_.config = value;
    options_.push_back(is_switch ? name + "=" + value : name);
    if (!is_switch)
      options_.push_back(value);
  }

  void take_unknown(const std::string& word, const std::string& name) {
    if (read_.command == nullptr)
      return refuse("there is no option " + shown(name) + " before the command: options go after it");
    others_.push_back(word);
    stray_ = stray_ || !read_.problem;
    refuse(read_.command->get_name() + " has no option " + shown(name));
  }

  void take_other(const std::string& word) {
    if (read_.command != nullptr) {
      others_.push_back(word);
      return;
    }
    read_.command = find_command(program_, word);
    if (read_.command == nullptr)
      refuse("there is no command '" + word.substr(0, 40) + "'");
  }

  /// An id may look like an option, which shows only when all words are known.
  void judge_others(const CLI::App& command) {
    if (takes_program(command)) {
      if (const auto before = read_.separated ? before_ : others_.size(); before > 0)
        refuse(command.get_name() + ": unexpected argument " + shown(others_.front())
               + "; a program and its arguments go after `--`");
      return;
    }
    const auto places = places_of(command).size();
    if (others_.size() > places)
      refuse(command.get_name() + ": unexpected argument " + shown(others_[places]));
    if (!stray_ || others_.size() > places)
      return;
    read_.problem->message += "; what starts with '-' and is no option goes after `--`: "
                              + program_.get_name() + " " + command.get_name() + " --";
    for (const auto& word : others_)
      read_.problem->message += " " + shown(word);
  }

  const CLI::App& program_;
  command_words read_;
  std::string asked_; ///< `--help` or `--version`.
  std::vector<std::string> options_;
  std::vector<std::string> others_;
  std::size_t before_ = 0; ///< How many of them stand before `--`.
  bool stray_ = false;     ///< Whether what is wrong is one of `others_` that looks like an option.
};

} // namespace

error empty_value(const std::string& name) {
  return {errc::invalid_argument, name + " is given, but empty: give it a value or leave it out"};
}

command_words read_words(const CLI::App& program, const std::vector<std::string>& words) {
  word_reader reader{program};
  reader.take(words);
  return reader.finish();
}

} // namespace cluster_store::apps
