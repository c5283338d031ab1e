#include <cluster_store/tests/fuzz/line_number.hpp>

#include <string>

#include <nlohmann/json.hpp>

namespace cluster_store::fuzz {

namespace {

using json = nlohmann::json;

/// How often the line's object names its `seq`, as far as it can be read.
int times_named(std::string_view line) {
  int times = 0;
  const auto count = [&](int depth, json::parse_event_t event, json& parsed) {
    times += event == json::parse_event_t::key && depth == 1 && parsed == "seq" ? 1 : 0;
    return true;
  };
  [[maybe_unused]] const auto whole = json::parse(line.begin(), line.end(), count, false);
  return times;
}

} // namespace

std::optional<std::uint64_t> line_number(std::string_view line) {
  line = line.substr(0, line.find('\0'));
  if (times_named(line) != 1)
    return std::nullopt;
  for (auto end = line.find_first_of(",}"); end < line.size(); end = line.find_first_of(",}", end + 1)) {
    const auto start = json::parse(std::string{line.substr(0, end)} + '}', nullptr, false);
    if (start.is_object() && start.contains("seq"))
      return start["seq"].is_number_unsigned() ? std::optional{start["seq"].get<std::uint64_t>()}
                                               : std::nullopt;
  }
  return std::nullopt;
}

} // namespace cluster_store::fuzz
