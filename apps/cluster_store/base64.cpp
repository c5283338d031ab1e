#include <cluster_store/apps/cluster_store/base64.hpp>

#include <array>
#include <cstdint>

namespace cluster_store::apps {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t value = 0; value < alphabet.size(); ++value)
    values[static_cast<unsigned char>(alphabet[value])] = static_cast<std::uint8_t>(value);
  return values;
}();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

/// Appends the first `count` of the four digits of `bits`.
void append_digits(std::string& out, std::uint32_t bits, std::size_t count) {
  for (std::size_t digit = 0; digit < count; ++digit)
    out += alphabet[(bits >> (18 - 6 * digit)) & 0x3F];
}

tl::unexpected<error> refuse(const std::string& why) {
  return fail(errc::invalid_argument, "the text is not Base64 (RFC 4648, with padding): " + why);
}

} // namespace

void append_base64(std::string& out, std::string_view bytes) {
  for (; bytes.size() >= 3; bytes.remove_prefix(3))
    append_digits(out, byte_at(bytes, 0) << 16 | byte_at(bytes, 1) << 8 | byte_at(bytes, 2), 4);
  if (bytes.empty())
    return;
  const auto second = bytes.size() == 2 ? byte_at(bytes, 1) << 8 : 0;
  append_digits(out, byte_at(bytes, 0) << 16 | second, bytes.size() + 1);
  out.append(3 - bytes.size(), '=');
}

result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return refuse("its length " + std::to_string(text.size()) + " is not a multiple of 4");
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const auto digits = text.size() - padding;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  for (std::size_t index = 0; index < digits; ++index) {
    const auto value = digit_values[byte_at(text, index)];
    if (value == no_digit)
      return refuse("character " + std::to_string(index + 1) + " is none of its digits");
    bits = bits << 6 | value;
    if (index % 4 != 0)
      bytes += static_cast<char>(bits >> (6 - 2 * (index % 4)) & 0xFF);
  }
  const auto stray = padding == 1 ? bits & 0x3 : padding == 2 ? bits & 0xF : 0;
  if (stray != 0)
    return refuse("its last digit carries stray bits");
  return bytes;
}

} // namespace cluster_store::apps
