#include <cluster_store/apps/support/terminal/text.hpp>

#include <cstdint>
#include <cstring>

namespace cluster_store::apps {

namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

unsigned char byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

/// @pre one well-formed character.
std::uint32_t code_point(std::string_view character) {
  const auto first = byte_at(character, 0);
  if (character.size() == 1)
    return first;
  std::uint32_t code = first & (0xFFU >> (character.size() + 1));
  for (std::size_t index = 1; index < character.size(); ++index)
    code = code << 6 | (byte_at(character, index) & 0x3FU);
  return code;
}

} // namespace

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

bool is_order(std::string_view character) {
  const auto code = code_point(character);
  const auto within = [code](std::uint32_t first, std::uint32_t last) {
    return code >= first && code <= last;
  };
  return within(0, 0x1F) || within(0x7F, 0x9F) || code == 0x061C || within(0x200E, 0x200F)
         || within(0x2028, 0x202E) || within(0x2066, 0x2069);
}

void append_escape(std::string& out, std::string_view character) {
  const auto code = code_point(character);
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += hexadecimal[code >> shift & 0xF];
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = character_bytes(text);
    if (length == 0) {
      out += "\\x";
      out += hexadecimal[byte_at(text, 0) >> 4];
      out += hexadecimal[byte_at(text, 0) & 0xF];
    } else if (is_order(text.substr(0, length))) {
      append_escape(out, text.substr(0, length));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

} // namespace cluster_store::apps
