#include <cluster_store/apps/cluster_store/settings/file.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <toml++/toml.h>

namespace cluster_store::apps {

namespace {

using steady = std::chrono::steady_clock;

std::string place_of(const std::string& path, const toml::source_position& where) {
  return path + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

std::string_view line_of(std::string_view text, std::size_t number) {
  for (; number > 1 && text.find('\n') != std::string_view::npos; --number)
    text.remove_prefix(text.find('\n') + 1);
  return text.substr(0, text.find_first_of("\r\n"));
}

/// @returns where the character `column`, from 1 on, of a line of UTF-8 begins.
std::size_t byte_of(std::string_view line, std::size_t column) {
  std::size_t at = 0;
  while (at < line.size() && column > 1) {
    ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80)
      ++at;
    --column;
  }
  return at;
}

/// @returns what stands in the file for a value on one line.
std::string source_of(std::string_view text, const toml::source_region& where) {
  const auto line = line_of(text, where.begin.line);
  const auto begin = byte_of(line, where.begin.column);
  return std::string{line.substr(begin, byte_of(line, where.end.column) - begin)};
}

/// Text without quotes was a value once.
/// @param line where the error is. @param column of the error
std::string quoting_hint(std::string_view line, std::size_t column, std::string_view description) {
  constexpr std::string_view blanks = " \t";
  const auto equals = line.find('=');
  const bool is_pair = equals != std::string_view::npos && column > equals + 1;
  const auto key = line.substr(0, is_pair ? equals : 0);
  auto value = line.substr(is_pair ? equals + 1 : 0);
  value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
  const bool in_list = value.starts_with('[') || description.starts_with("Error while parsing value");
  value = value.substr(0, value.find_first_of("#,]"));
  value = value.substr(0, value.find_last_not_of(blanks) + 1);
  const bool is_bare = !value.empty() && value.find_first_of("\"'{") == std::string_view::npos;
  if (!is_bare || description.find("redefine") != std::string_view::npos)
    return {};
  if (is_pair && !value.starts_with('['))
    return "; text goes in quotes: " + std::string{key.substr(0, key.find_last_not_of(blanks) + 1)} + " = \""
           + std::string{value.substr(0, 200)} + "\"";
  return in_list ? "; text goes in quotes: [\"one\", \"two\"]" : "";
}

std::string name_of(toml::node_type type) {
  std::ostringstream name;
  name << type;
  return name.str();
}

void read_value(const toml::node& node, std::string_view file, file_setting& into) {
  if (const auto* text = node.as_string()) {
    into.kind = value_kind::text;
    into.texts.push_back(text->get());
  } else if (node.is_integer()) {
    into.kind = value_kind::number;
    into.texts.push_back(source_of(file, node.source()));
  } else if (const auto* truth = node.as_boolean()) {
    into.kind = value_kind::boolean;
    into.texts.emplace_back(truth->get() ? "true" : "false");
  } else if (const auto* list = node.as_array()) {
    into.kind = value_kind::list;
    for (const auto& each : *list)
      if (const auto* element = each.as_string()) {
        into.texts.push_back(element->get());
      } else {
        into.kind = value_kind::other;
        into.kind_name = "array that holds a value of type " + name_of(each.type());
        return;
      }
  }
}

/// Reads the keys of a file, or of one section of it.
void read_table(const toml::table& table, const std::string& command, std::string_view file,
                const std::string& path, std::vector<file_setting>& into) {
  for (const auto& [name, node] : table) {
    const std::string key{name.str()};
    const bool is_section = node.is_table() && command.empty();
    auto& setting = into.emplace_back();
    setting.command = is_section ? key : command;
    setting.key = is_section ? "" : key;
    setting.kind_name = name_of(node.type());
    setting.place = place_of(path, name.source().begin);
    read_value(node, file, setting);
    if (is_section)
      read_table(*node.as_table(), key, file, path, into);
  }
}

/// Reads to the end. Never waits long for a writer: a pipe that has none would keep the program for ever.
/// @returns what is wrong; empty if nothing is.
std::string read_all(int file, bool is_regular, std::string& text) {
  constexpr std::chrono::seconds patience{2};
  const auto end = steady::now() + patience;
  char block[16 * 1024];
  while (text.size() <= settings_file_bytes_max) {
    const auto count = ::read(file, block, sizeof(block));
    if (count > 0) {
      text.append(block, static_cast<std::size_t>(count));
      continue;
    }
    const bool unwritten = count == 0 && !is_regular && text.empty();
    if (count == 0 && !unwritten)
      return {};
    if (count < 0 && errno != EINTR && errno != EAGAIN)
      return std::strerror(errno);
    if (steady::now() > end)
      return "nothing was written to it in " + std::to_string(patience.count()) + " s";
    constexpr int turn_ms = 10;
    ::poll(nullptr, 0, turn_ms); // a pipe that never had a writer cannot be waited for
  }
  return "it has more than " + std::to_string(settings_file_bytes_max) + " bytes";
}

/// @returns what is wrong; empty if nothing is.
std::string read_file(const std::string& path, std::string& text) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0)
    return std::strerror(errno);
  struct stat about {};
  std::string problem;
  if (::fstat(file, &about) != 0)
    problem = std::strerror(errno);
  else
    problem = read_all(file, !S_ISFIFO(about.st_mode), text);
  ::close(file);
  return problem;
}

} // namespace

result<std::vector<file_setting>> parse_settings_file(std::string_view text, const std::string& path) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF"; // some editors begin a file with it
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  try {
    std::vector<file_setting> settings;
    read_table(toml::parse(text), {}, text, path, settings);
    return settings;
  } catch (const toml::parse_error& problem) {
    const auto where = problem.source().begin;
    return fail(errc::invalid_argument,
                place_of(path, where) + ": this is not TOML: " + std::string{problem.description()}
                    + quoting_hint(line_of(text, where.line), where.column, problem.description()));
  }
}

result<std::vector<file_setting>> read_settings_file(const std::string& path) {
  std::string text;
  if (const auto problem = read_file(path, text); !problem.empty())
    return fail(errc::invalid_argument,
                "cannot read the settings file " + path + " (--config or CLUSTER_STORE_CONFIG): " + problem);
  return parse_settings_file(text, path);
}

} // namespace cluster_store::apps
