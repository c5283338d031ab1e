#include <cluster_store/backends/registry.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cluster_store::backends {
namespace {

bool is_scheme_letter(char letter, bool first) noexcept {
  const bool lower = letter >= 'a' && letter <= 'z';
  const bool later = (letter >= '0' && letter <= '9') || letter == '-' || letter == '+' || letter == '.';
  return lower || (!first && later);
}

void append_escaped(std::string& out, std::string_view text, std::string_view special) {
  constexpr std::string_view hexadecimal = "0123456789ABCDEF";
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (special.find(each) == std::string_view::npos)
      out += each;
    else
      ((out += '%') += hexadecimal[byte >> 4]) += hexadecimal[byte & 0xF];
  }
}

/// Reads one URI, so that every complaint can say where.
class parser {
public:
  explicit parser(std::string_view text) : text_{text} {}

  result<uri> parse() {
    uri made;
    const auto colon = text_.find(':');
    if (colon == std::string_view::npos)
      return complain(text_.size(), "there is no ':' after the scheme: write it as rocksdb:PATH or memory:");
    for (std::size_t at = 0; at < colon; ++at)
      if (!is_scheme_letter(text_[at], at == 0))
        return complain(at, "a scheme has lower-case letters, digits, '+', '-' and '.' only");
    if (colon == 0)
      return complain(0, "the scheme before ':' is missing");
    made.scheme = text_.substr(0, colon);
    const auto question = std::min(text_.find('?', colon), text_.size());
    auto good = decode(colon + 1, question).map([&](std::string path) { made.path = std::move(path); });
    if (good && question != text_.size())
      good = parse_options(question + 1, made);
    return good.map([&] { return std::move(made); });
  }

private:
  result<void> parse_options(std::size_t from, uri& into) const {
    for (auto at = from; at <= text_.size();) {
      const auto end = std::min(text_.find('&', at), text_.size());
      const auto equals = std::min(text_.find('=', at), end);
      if (equals == at)
        return complain(at, "an option's name is missing: write key=value");
      if (equals == end || equals + 1 == end)
        return complain(end, "the option has no value: write key=value");
      const auto key = decode(at, equals);
      auto value = key ? decode(equals + 1, end) : key;
      if (!value)
        return tl::unexpected{std::move(value).error()};
      if (!into.options.emplace(*key, std::move(*value)).second)
        return complain(at, "the option '" + *key + "' is given twice");
      at = end + 1;
    }
    return {};
  }

  result<std::string> decode(std::size_t from, std::size_t to) const {
    std::string made;
    made.reserve(to - from);
    for (auto at = from; at < to; ++at) {
      if (text_[at] != '%') {
        made.push_back(text_[at]);
        continue;
      }
      const auto digits = text_.substr(at + 1, std::min<std::size_t>(to - at - 1, 2));
      const auto* const end = digits.data() + digits.size();
      unsigned char byte = 0;
      if (digits.size() < 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end)
        return complain(at, "'%' needs two hexadecimal digits (a '%' itself is written %25)");
      made.push_back(static_cast<char>(byte));
      at += 2;
    }
    if (const auto zero = made.find('\0'); zero != std::string::npos)
      return complain(from, "a zero byte is not allowed");
    return made;
  }

  tl::unexpected<error> complain(std::size_t at, std::string_view what) const {
    return fail(errc::invalid_argument, "the backend URI '" + std::string{text_} + "' is wrong at character "
                                            + std::to_string(at + 1) + ": " + std::string{what});
  }

  std::string_view text_;
};

} // namespace

result<uri> parse_uri(std::string_view text) {
  return parser{text}.parse();
}

std::string to_string(const uri& from) {
  auto text = from.scheme + ':';
  append_escaped(text, from.path, "%?");
  char separator = '?';
  for (const auto& [key, value] : from.options) {
    text += std::exchange(separator, '&');
    append_escaped(text, key, "%&=");
    text += '=';
    append_escaped(text, value, "%&");
  }
  return text;
}

} // namespace cluster_store::backends
