#include <cluster_store/apps/support/duration.hpp>

#include <array>
#include <cstdint>

#include <cluster_store/backends/session.hpp>
#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::apps {

namespace {

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array units{unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"m", 60'000}, unit{"s", 1'000},
                           unit{"ms", 1}};

tl::unexpected<error> refuse(std::string_view text, const std::string& why) {
  return fail(errc::invalid_argument, "'" + std::string{text.substr(0, 40)} + "' is not a duration: " + why
                                          + " (examples: 30m, 500ms, 1h30m)");
}

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

std::string_view take_while(std::string_view& rest, bool digits) {
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length]) == digits)
    ++length;
  const auto taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

} // namespace

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty())
    return refuse(text, "it is empty");
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  for (auto rest = text; !rest.empty();) {
    const auto digits = take_while(rest, true);
    const auto name = take_while(rest, false);
    if (digits.empty())
      return refuse(text, "expected a whole number before '" + std::string{name.substr(0, 10)} + "'");
    if (name.empty())
      return refuse(text, "the unit after " + std::string{digits.substr(0, 20)} + " is missing; write "
                              + std::string{digits.substr(0, 20)} + "s for seconds, "
                              + std::string{digits.substr(0, 20)} + "ms for milliseconds");
    auto which = next_unit;
    while (which < units.size() && units[which].name != name)
      ++which;
    if (which == units.size())
      return refuse(text,
                    "'" + std::string{name.substr(0, 10)}
                        + "' cannot stand there: units are d, h, m, s, ms, the larger first, each once");
    next_unit = which + 1;
    if (digits.size() > 1 && digits.front() == '0')
      return refuse(text, "a number in it begins with a zero");
    const auto most = (ttl_max.count() - total) / units[which].milliseconds;
    const auto count = parse_whole_number(digits, 0, static_cast<std::uint64_t>(most));
    if (!count)
      return refuse(text, "it is longer than 100 years");
    total += static_cast<std::int64_t>(*count) * units[which].milliseconds;
  }
  return std::chrono::milliseconds{total};
}

std::string duration_text(std::chrono::milliseconds time) {
  if (time.count() == 0)
    return "0s";
  std::string text = time.count() < 0 ? "-" : "";
  auto rest =
      time.count() < 0 ? -static_cast<std::uint64_t>(time.count()) : static_cast<std::uint64_t>(time.count());
  for (const auto& [name, milliseconds] : units) {
    const auto length = static_cast<std::uint64_t>(milliseconds);
    if (rest < length)
      continue;
    text += std::to_string(rest / length);
    text += name;
    rest %= length;
  }
  return text;
}

} // namespace cluster_store::apps
