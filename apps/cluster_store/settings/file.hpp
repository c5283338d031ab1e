#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// What a key in a settings file is given.
enum class value_kind : std::uint8_t {
  text,    ///< A string in quotes.
  number,  ///< An integer; its text is what stands in the file, since `0x10` and `+5` are integers, too.
  boolean, ///< true or false.
  list,    ///< An array; its strings are the texts.
  other,   ///< A float, date, time, table, or an array of something else than strings.
};

/// A key of a settings file.
struct file_setting {
  std::string command; ///< The section it stands in; empty at the top.
  std::string key;     ///< Empty for the section itself.
  value_kind kind = value_kind::other;
  std::string kind_name; ///< As TOML calls it.
  std::vector<std::string> texts;
  std::string place; ///< `FILE:LINE:COLUMN`.
};

/// The largest settings file. The library that reads it ends what is nested by recursion, and the stack holds
/// all that so much text can nest.
inline constexpr std::size_t settings_file_bytes_max = 16 * 1024;

/// Reads the keys of a settings file (TOML). Pure.
/// @param path what errors call it.
/// @errors `invalid_argument` naming file, line and column of what is no TOML.
result<std::vector<file_setting>> parse_settings_file(std::string_view text, const std::string& path);

/// Reads a settings file; also from a pipe, whose writer must come within two seconds.
/// @errors `invalid_argument` naming `path` and why it cannot be read, or as `parse_settings_file`.
result<std::vector<file_setting>> read_settings_file(const std::string& path);

} // namespace cluster_store::apps
