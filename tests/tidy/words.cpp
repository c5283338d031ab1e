#include <cluster_store/tests/tidy/words.hpp>

#include <algorithm>
#include <array>
#include <cctype>

#include <cluster_store/tests/tidy/functions.hpp>
#include <cluster_store/tests/tidy/includes.hpp>

namespace cluster_store::tidy {

namespace {

constexpr std::size_t file_lines_max = 400;
constexpr std::size_t function_lines_max = 70;

/// A word and the files in which it must not be.
struct word_rule {
  std::string_view word;
  bool (*covers)(std::string_view path);
  std::string_view advice;
};

bool anywhere(std::string_view) {
  return true;
}

bool in_code(std::string_view path) {
  return is_cxx(path);
}

bool in_tests(std::string_view path) {
  return is_cxx(path) && path.starts_with("tests/");
}

/// Everywhere but in the helper that waits for a condition, and the engine whose fault is to be slow.
bool where_nothing_waits(std::string_view path) {
  return is_cxx(path) && path != "tests/support/wait_until.hpp" && path != "backends/faulty/faulty.cpp";
}

/// Everywhere below the actors but in the clock that is handed in, and in the one that RocksDB gets.
bool where_time_is_given(std::string_view path) {
  const auto where = layer_of(path);
  return path != "actors/runtime/system_clock.hpp" && path != "backends/rocksdb/disk/environment.cpp"
         && (where == layer::backend_interface || where == layer::engine || where == layer::pure);
}

bool but_for_the_shim(std::string_view path) {
  return is_cxx(path) && path != "actors/caf_compat.hpp" && path != "tests/support/caf_version.hpp";
}

constexpr std::string_view unfinished = "finish it, or file an issue";
constexpr std::string_view of_a_machine = "a path of one machine: derive it";
constexpr std::string_view reads_clock = "reads a clock: take the time as an argument";
constexpr std::string_view blocks = "blocks a thread: wait for what you wait for (tests: wait_until)";

constexpr std::array rules{
    word_rule{"TODO", anywhere, unfinished},
    word_rule{"FIXME", anywhere, unfinished},
    word_rule{"XXX", anywhere, unfinished},
    word_rule{"HACK", anywhere, unfinished},
    word_rule{"/home/", anywhere, of_a_machine},
    word_rule{"/root/", anywhere, of_a_machine},
    word_rule{"\"/tmp", in_tests, of_a_machine},
    word_rule{"sleep_for", where_nothing_waits, blocks},
    word_rule{"sleep_until", where_nothing_waits, blocks},
    word_rule{"usleep", where_nothing_waits, blocks},
    word_rule{"using namespace std;", in_code, "write std:: where it is meant"},
    word_rule{"system_clock::now", where_time_is_given, reads_clock},
    word_rule{"steady_clock::now", where_time_is_given, reads_clock},
    word_rule{"high_resolution_clock", in_code, "use steady_clock or system_clock"},
    word_rule{"clock_gettime", where_time_is_given, reads_clock},
    word_rule{"CAF_MAJOR_VERSION", but_for_the_shim,
              "only actors/caf_compat.hpp asks for the version of CAF"},
    word_rule{"CAF_VERSION >", in_code, "CAF 1.x defines it in octal: ask actors/caf_compat.hpp"},
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// @returns whether `word` stands in `text` and is not a part of a longer one.
bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word(word.front()) || !is_word(text[at - 1]);
    const auto end = at + word.size();
    const bool ends = end == text.size() || !is_word(word.back()) || !is_word(text[end]);
    if (begins && ends)
      return true;
  }
  return false;
}

/// The rules' own words and samples are in this folder.
bool is_about_words(std::string_view path) {
  return path.starts_with("tests/tidy/");
}

bool has_line_limit(std::string_view path) {
  return is_cxx(path) || path.ends_with(".cmake") || path.ends_with(".txt") || path.ends_with(".py")
         || path == "dev";
}

} // namespace

std::vector<finding> check_sizes(const std::vector<source_file>& tree) {
  std::vector<finding> findings;
  for (const auto& file : tree) {
    const auto count = lines_of(file.text).size();
    if (has_line_limit(file.path) && count > file_lines_max)
      findings.push_back({file.path, 0,
                          std::to_string(count) + " lines, " + std::to_string(file_lines_max)
                              + " are allowed: split it by concern"});
    if (!is_cxx(file.path))
      continue;
    for (const auto& [name, first_line, line_count] : functions_of(file.text))
      if (line_count > function_lines_max)
        findings.push_back({file.path, first_line,
                            name + " has " + std::to_string(line_count) + " lines, "
                                + std::to_string(function_lines_max) + " are allowed: split it"});
  }
  return findings;
}

std::vector<finding> check_pragma_once(const std::vector<source_file>& tree) {
  std::vector<finding> findings;
  for (const auto& file : tree)
    if (file.path.ends_with(".hpp") && !file.text.starts_with("#pragma once\n"))
      findings.push_back({file.path, 1, "a header begins with #pragma once"});
  return findings;
}

std::vector<finding> check_words(const std::vector<source_file>& tree) {
  std::vector<finding> findings;
  for (const auto& file : tree) {
    if (is_about_words(file.path))
      continue;
    for (const auto& [number, text] : lines_of(file.text))
      for (const auto& rule : rules)
        if (rule.covers(file.path) && has_word(text, rule.word))
          findings.push_back({file.path, number, std::string{rule.word} + ": " + std::string{rule.advice}});
  }
  return findings;
}

} // namespace cluster_store::tidy
