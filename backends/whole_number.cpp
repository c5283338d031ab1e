#include <cluster_store/backends/whole_number.hpp>

#include <charconv>
#include <string>

namespace cluster_store {

namespace {

constexpr std::size_t shown_bytes_max = 40;

} // namespace

result<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto refuse = [&](std::string_view why) {
    return fail(errc::invalid_argument, "'" + std::string{text.substr(0, shown_bytes_max)} + "' "
                                            + std::string{why} + " from " + std::to_string(least) + " to "
                                            + std::to_string(most));
  };
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || (text.size() > 1 && text.front() == '0'))
    return refuse("is not a whole number (digits only, no sign, blank or leading zero)");
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || number < least || number > most)
    return refuse("is out of range: give a whole number");
  return number;
}

} // namespace cluster_store
