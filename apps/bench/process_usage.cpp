#include <cluster_store/apps/bench/process_usage.hpp>

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace cluster_store::apps {

namespace {

std::string read_text(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// @returns the number at the start of `text`, after spaces.
std::optional<std::uint64_t> number_at_start(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} ? std::optional{number} : std::nullopt;
}

} // namespace

std::optional<std::chrono::milliseconds> processor_time_in(std::string_view stat, long ticks_per_second) {
  constexpr int user_field = 14; // counted from 1; the second field is the name, which may hold anything
  constexpr int first_field_behind_name = 3;
  const auto name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos)
    return std::nullopt;
  auto rest = stat.substr(name_end + 2);
  const auto skip_field = [&rest] {
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    rest.remove_prefix(rest.empty() ? 0 : 1);
  };
  for (int field = first_field_behind_name; field < user_field; ++field)
    skip_field();
  const auto user = number_at_start(rest);
  skip_field();
  const auto system = number_at_start(rest);
  if (!user || !system)
    return std::nullopt;
  return std::chrono::milliseconds{(*user + *system) * 1'000 / static_cast<std::uint64_t>(ticks_per_second)};
}

std::optional<std::uint64_t> bytes_in(std::string_view status, std::string_view key) {
  while (!status.empty()) {
    const auto line = status.substr(0, status.find('\n'));
    if (line.starts_with(key) && line.substr(key.size()).starts_with(':') && line.ends_with(" kB"))
      if (const auto kibibytes = number_at_start(line.substr(key.size() + 1)))
        return *kibibytes * 1024;
    status.remove_prefix(std::min(line.size() + 1, status.size()));
  }
  return std::nullopt;
}

std::optional<process_usage> usage_of(pid_t id) {
  const auto folder = "/proc/" + std::to_string(id);
  const auto time = processor_time_in(read_text(folder + "/stat"), ::sysconf(_SC_CLK_TCK));
  const auto status = read_text(folder + "/status");
  const auto resident = bytes_in(status, "VmRSS");
  const auto most = bytes_in(status, "VmHWM");
  if (!time || !resident || !most)
    return std::nullopt;
  return process_usage{*time, *resident, *most};
}

} // namespace cluster_store::apps
