#include <cluster_store/apps/support/option_checks.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::apps {

namespace {

std::string range_text(double least, double most) {
  std::ostringstream text;
  text << least << " to " << most;
  return text.str();
}

result<double> parse_decimal_fraction(const std::string& text, double least, double most) {
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  const auto point = std::min(text.find('.'), text.size());
  const std::string_view whole{text.data(), point};
  const std::string_view part = point == text.size() ? "0" : std::string_view{text}.substr(point + 1);
  double number = 0;
  if (parse_whole_number(whole) && !part.empty() && std::all_of(part.begin(), part.end(), is_digit)
      && std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{} && number >= least
      && number <= most)
    return number;
  return fail(errc::invalid_argument,
              "'" + text.substr(0, 40) + "' is not a decimal fraction from " + range_text(least, most));
}

} // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  auto check = read_by([=](const std::string& text) { return parse_whole_number(text, least, most); });
  check.name(whole_number_check);
  if (most != UINT64_MAX)
    check.description(std::to_string(least) + " to " + std::to_string(most));
  return check;
}

CLI::Validator decimal_fraction(double least, double most) {
  auto check = read_by([=](const std::string& text) { return parse_decimal_fraction(text, least, most); });
  check.description(range_text(least, most));
  return check;
}

result<bool> parse_switch(const std::string& text) {
  constexpr std::array<std::string_view, 4> on{"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> off{"false", "no", "off", "0"};
  const auto lower = CLI::detail::to_lower(text);
  const bool is_on = std::find(on.begin(), on.end(), lower) != on.end();
  if (!is_on && std::find(off.begin(), off.end(), lower) == off.end())
    return fail(errc::invalid_argument,
                "'" + text.substr(0, 40) + "' is neither true (yes, on, 1) nor false (no, off, 0)");
  return is_on;
}

CLI::Option* add_switch(CLI::App& command, const std::string& name, bool& into, const std::string& about) {
  return command.add_flag(name, into, about)->check(read_by(parse_switch));
}

} // namespace cluster_store::apps
