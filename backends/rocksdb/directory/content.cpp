#include <cluster_store/backends/rocksdb/directory/content.hpp>

#include <algorithm>

namespace cluster_store::backends {
namespace {

constexpr std::string_view manifest_prefix = "MANIFEST-";
constexpr std::string_view options_prefix = "OPTIONS-";
constexpr std::string_view old_log_prefix = "LOG.old.";
constexpr std::string_view temporary_suffix = ".dbtmp";
constexpr std::string_view options_beginning = "# This is a RocksDB option file.";
constexpr std::string_view time_pattern = "/dd/dd-dd:dd:dd"; // behind the year; d = a digit
constexpr std::string_view table_end = "\xf7\xcf\xf4\x85\xb7\x41\xe2\x88";
constexpr std::size_t number_digits_min = 6;
constexpr std::size_t identity_bytes_max = 64;
constexpr std::string_view digits = "0123456789";
constexpr std::string_view identity_bytes = "0123456789abcdefABCDEF-\n";

bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

/// As RocksDB writes them: with six digits, or more without a leading zero.
bool is_file_number(std::string_view text) noexcept {
  return is_number(text) && text.size() >= number_digits_min
         && (text.size() == number_digits_min || text.front() != '0');
}

/// Takes `suffix` off the end of `text`, if it is there.
bool take_suffix(std::string_view& text, std::string_view suffix) noexcept {
  if (!text.ends_with(suffix))
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Whether one is the beginning of the other: a file may have been cut off.
bool begins_as(std::string_view text, std::string_view whole) noexcept {
  return text.substr(0, whole.size()) == whole.substr(0, text.size());
}

/// Logs and manifests have the same records: checksum (4 bytes), length (2), kind (1), content.
bool begins_with_record(const file_content& what) noexcept {
  constexpr std::size_t length_at = 4;
  constexpr std::size_t kind_at = 6;
  if (what.beginning.size() <= kind_at)
    return false;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(what.beginning[at]); };
  const auto kind = byte(kind_at);
  const bool has_length = byte(length_at) != 0 || byte(length_at + 1) != 0;
  return has_length && (kind == 1 || kind == 2 || kind == 5 || kind == 6); // whole or first, recycled or not
}

bool is_time_line(std::string_view text) noexcept {
  constexpr std::size_t year_digits_min = 4;
  const auto year = std::min(text.find_first_not_of(digits), text.size());
  const auto rest = text.substr(year, time_pattern.size());
  return (year >= year_digits_min || rest.empty())
         && std::equal(rest.begin(), rest.end(), time_pattern.begin(), [](char byte, char wanted) {
              return wanted == 'd' ? digits.find(byte) != std::string_view::npos : byte == wanted;
            });
}

bool is_identity(const file_content& what) noexcept {
  return what.bytes <= identity_bytes_max
         && what.beginning.find_first_not_of(identity_bytes) == std::string_view::npos;
}

bool begins_as_current(std::string_view text) noexcept {
  if (text.size() <= manifest_prefix.size())
    return begins_as(text, manifest_prefix);
  if (!take_prefix(text, manifest_prefix))
    return false;
  take_suffix(text, "\n");
  return text.empty() || is_number(text);
}

} // namespace

rocksdb_file rocksdb_file_named(std::string_view name) noexcept {
  if (name == "CURRENT")
    return rocksdb_file::current;
  if (name == "IDENTITY")
    return rocksdb_file::identity;
  if (name == "LOCK")
    return rocksdb_file::lock;
  if (name == "LOG" || name == "LOG.old")
    return rocksdb_file::info_log;
  if (take_prefix(name, old_log_prefix))
    return is_number(name) ? rocksdb_file::info_log : rocksdb_file::none;
  if (take_prefix(name, manifest_prefix))
    return is_file_number(name) ? rocksdb_file::manifest : rocksdb_file::none;
  const bool of_options = take_prefix(name, options_prefix);
  auto kind = of_options ? rocksdb_file::options : rocksdb_file::none;
  if (take_suffix(name, temporary_suffix))
    kind = rocksdb_file::temporary;
  else if (!of_options && take_suffix(name, ".log"))
    kind = rocksdb_file::log;
  else if (!of_options && take_suffix(name, ".sst"))
    kind = rocksdb_file::table;
  return is_file_number(name) ? kind : rocksdb_file::none;
}

bool can_be_of_rocksdb(rocksdb_file kind, const file_content& what) noexcept {
  if (kind == rocksdb_file::none || kind == rocksdb_file::lock)
    return kind == rocksdb_file::lock && what.bytes == 0;
  if (what.beginning.find_first_not_of('\0') == std::string_view::npos)
    return true; // what had not come to the disk when the power failed
  switch (kind) {
  case rocksdb_file::current:
    return manifest_named_by(what.beginning).has_value();
  case rocksdb_file::identity:
    return is_identity(what);
  case rocksdb_file::info_log:
    return is_time_line(what.beginning);
  case rocksdb_file::options:
    return begins_as(what.beginning, options_beginning);
  case rocksdb_file::temporary:
    return is_identity(what) || begins_as_current(what.beginning)
           || begins_as(what.beginning, options_beginning);
  case rocksdb_file::manifest:
  case rocksdb_file::log:
    return begins_with_record(what);
  default: // a table: a part of one has keys with zeros in them, and is no text
    return what.end.ends_with(table_end) || what.beginning.find('\0') != std::string_view::npos;
  }
}

std::optional<std::string_view> manifest_named_by(std::string_view current) noexcept {
  if (!take_suffix(current, "\n") || rocksdb_file_named(current) != rocksdb_file::manifest)
    return std::nullopt;
  return current;
}

} // namespace cluster_store::backends
