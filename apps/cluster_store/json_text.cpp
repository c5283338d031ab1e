#include <cluster_store/apps/cluster_store/json_text.hpp>

#include <array>
#include <cstdint>
#include <cstring>

#include <cluster_store/apps/cluster_store/base64.hpp>

namespace cluster_store::apps {

namespace {

unsigned char byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

/// @returns the length of the well-formed UTF-8 character at the start of `bytes`, or 0 if there is none.
/// Source: The Unicode Standard, table 3-7.
std::size_t character_bytes(std::string_view bytes) {
  const auto first = byte_at(bytes, 0);
  if (first < 0x80)
    return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || bytes.size() < length)
    return 0;
  const unsigned char second_min = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char second_max = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(bytes, 1) < second_min || byte_at(bytes, 1) > second_max)
    return 0;
  for (std::size_t index = 2; index < length; ++index)
    if ((byte_at(bytes, index) & 0xC0) != 0x80)
      return 0;
  return length;
}

/// What follows the backslash of a byte's escape; 0 = it needs none, 'u' = in hexadecimal.
constexpr std::array<char, 256> escapes = [] {
  std::array<char, 256> letters{};
  for (std::size_t control = 0; control < 0x20; ++control)
    letters[control] = 'u';
  letters['\b'] = 'b';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\f'] = 'f';
  letters['\r'] = 'r';
  letters['"'] = '"';
  letters['\\'] = '\\';
  return letters;
}();

} // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    std::uint64_t eight = 0;
    if (bytes.size() >= sizeof(eight)) {
      std::memcpy(&eight, bytes.data(), sizeof(eight));
      if ((eight & 0x8080'8080'8080'8080U) == 0) {
        bytes.remove_prefix(sizeof(eight));
        continue;
      }
    }
    const auto length = character_bytes(bytes);
    if (length == 0)
      return false;
    bytes.remove_prefix(length);
  }
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  out += '"';
  std::size_t plain_from = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const auto byte = byte_at(text, index);
    const auto escape = escapes[byte];
    if (escape == 0)
      continue;
    out.append(text, plain_from, index - plain_from);
    plain_from = index + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += hexadecimal[byte >> 4];
      out += hexadecimal[byte & 0xF];
    }
  }
  out.append(text, plain_from);
  out += '"';
}

void append_json_message(std::string& out, std::string_view text) {
  if (is_utf8(text))
    return append_json_string(out, text);
  std::string repaired;
  while (!text.empty()) {
    const auto length = character_bytes(text);
    repaired += length == 0 ? std::string_view{"\xEF\xBF\xBD"} : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  append_json_string(out, repaired);
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
