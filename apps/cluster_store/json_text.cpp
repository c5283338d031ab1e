#include <cluster_store/apps/cluster_store/json_text.hpp>

#include <array>

#include <cluster_store/apps/cluster_store/base64.hpp>
#include <cluster_store/apps/support/terminal/text.hpp>

namespace cluster_store::apps {

namespace {

/// What follows the backslash of a byte's escape; 0 = it needs none, 'u' = in hexadecimal, '?' = that depends
/// on the character which begins with it.
constexpr std::array<char, 256> escapes = [] {
  std::array<char, 256> letters{};
  for (std::size_t control = 0; control < 0x20; ++control)
    letters[control] = 'u';
  letters[0x7F] = 'u';
  for (const auto first : {0xC2, 0xD8, 0xE2}) // of the orders beyond ASCII
    letters[static_cast<std::size_t>(first)] = '?';
  letters['\b'] = 'b';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\f'] = 'f';
  letters['\r'] = 'r';
  letters['"'] = '"';
  letters['\\'] = '\\';
  return letters;
}();

/// Appends `text` without the quotes.
void append_inner(std::string& out, std::string_view text) {
  std::size_t plain_from = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const auto escape = escapes[static_cast<unsigned char>(text[index])];
    if (escape == 0)
      continue;
    const auto character = text.substr(index, escape == '?' ? character_bytes(text.substr(index)) : 1);
    if (escape == '?' && !is_order(character))
      continue;
    out.append(text, plain_from, index - plain_from);
    index += character.size() - 1;
    plain_from = index + 1;
    if (escape == 'u' || escape == '?') {
      append_escape(out, character);
    } else {
      out += '\\';
      out += escape;
    }
  }
  out.append(text, plain_from);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_inner(out, text);
  out += '"';
}

void append_json_message(std::string& out, std::string_view text) {
  if (is_utf8(text))
    return append_json_string(out, text);
  out += '"';
  while (!text.empty()) {
    const auto length = character_bytes(text);
    if (length == 0)
      out += "\\ufffd";
    else
      append_inner(out, text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void append_json_bytes(std::string& out, std::string_view name, std::string_view bytes) {
  const bool is_text = is_utf8(bytes);
  out += '"';
  out += name;
  out += is_text ? "\":" : "_base64\":";
  if (is_text)
    return append_json_string(out, bytes);
  out += '"';
  append_base64(out, bytes);
  out += '"';
}

} // namespace cluster_store::apps
