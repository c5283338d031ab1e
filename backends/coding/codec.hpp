#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cluster_store::backends {

static_assert(std::endian::native == std::endian::little,
              "the codec copies little-endian numbers as they are");

/// Memory that has room for what is appended.
class room_for_bytes {
public:
  explicit room_for_bytes(char* begin) noexcept : end_(begin) {}

  void append(const char* from, std::size_t count) noexcept {
    std::memcpy(end_, from, count);
    end_ += count;
  }
  void append(std::string_view text) noexcept {
    if (!text.empty())
      append(text.data(), text.size());
  }
  void push_back(char octet) noexcept { *end_++ = octet; }

  /// @returns where the next byte goes.
  const char* end() const noexcept { return end_; }

private:
  char* end_;
};

/// Appends the primitives of all that is coded to a string, or to what else can be appended to. Never fails.
template <class Out>
class basic_writer {
public:
  explicit basic_writer(Out& out) : out_(&out) {}

  /// A number of fixed width, little-endian.
  template <std::unsigned_integral T>
  void fixed(T number) {
    std::array<char, sizeof(T)> raw{};
    std::memcpy(raw.data(), &number, sizeof(T));
    out_->append(raw.data(), raw.size());
  }

  /// A number in 1–10 bytes, 7 bits a byte, lowest first (LEB128).
  void variable(std::uint64_t number) {
    if (number < 0x80)
      return out_->push_back(static_cast<char>(number));
    std::array<char, 10> raw{};
    std::size_t size = 0;
    for (; number >= 0x80; number >>= 7)
      raw[size++] = static_cast<char>(number | 0x80);
    raw[size++] = static_cast<char>(number);
    out_->append(raw.data(), size);
  }

  /// A signed number: zigzag, then LEB128.
  void variable_signed(std::int64_t number) {
    variable((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }

  /// A length and that many bytes.
  void bytes(std::string_view text) {
    variable(text.size());
    out_->append(text);
  }

  void raw(std::string_view text) { out_->append(text); }

  template <std::size_t N>
  void raw(const std::array<std::uint8_t, N>& octets) {
    for (auto octet : octets)
      out_->push_back(static_cast<char>(octet));
  }

  /// Leaves room for the 32-bit length of what follows. @returns where, for `end_length`.
  std::size_t begin_length() {
    fixed(std::uint32_t{0});
    return out_->size();
  }

  /// Fills in the length of everything appended since `begin_length` returned `start`.
  void end_length(std::size_t start) {
    const auto length = static_cast<std::uint32_t>(out_->size() - start);
    std::memcpy(out_->data() + start - sizeof length, &length, sizeof length);
  }

private:
  Out* out_;
};

using writer = basic_writer<std::string>;

/// Takes the primitives of all that is coded from the front of a view. After the first failure everything
/// reads as zero and `ok` stays false, so callers check once, at the end.
class reader {
public:
  explicit reader(std::string_view in) : rest_(in) {}

  bool ok() const noexcept { return ok_; }
  std::string_view rest() const noexcept { return rest_; }

  /// @returns whether everything was read, without failure.
  bool done() const noexcept { return ok_ && rest_.empty(); }

  template <std::unsigned_integral T>
  T fixed() {
    const auto text = raw(sizeof(T));
    T number = 0;
    if (ok_)
      std::memcpy(&number, text.data(), sizeof(T));
    return number;
  }

  std::uint64_t variable() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto octet = fixed<std::uint8_t>();
      if (shift == 63 && octet > 1)
        break;
      number |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
      if ((octet & 0x80) == 0)
        return ok_ ? number : 0;
    }
    ok_ = false;
    return 0;
  }

  std::int64_t variable_signed() {
    const auto number = variable();
    return static_cast<std::int64_t>((number >> 1) ^ (~(number & 1) + 1));
  }

  std::string_view bytes() {
    const auto size = variable();
    return raw(size);
  }

  std::string_view raw(std::uint64_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto text = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return text;
  }

  template <std::size_t N>
  std::array<std::uint8_t, N> octets() {
    std::array<std::uint8_t, N> out{};
    const auto text = raw(N);
    if (ok_)
      std::memcpy(out.data(), text.data(), N);
    return out;
  }

  // As a writer is called, so that one function can say how a thing is written and how it is read.
  void fixed(bool& into) { into = fixed<std::uint8_t>() != 0; }
  template <std::unsigned_integral T>
  void fixed(T& into) {
    into = fixed<T>();
  }
  template <std::unsigned_integral T>
  void variable(T& into) {
    into = static_cast<T>(variable());
  }
  void bytes(std::string& into) { into = bytes(); }
  template <std::size_t N>
  void raw(std::array<std::uint8_t, N>& into) {
    into = octets<N>();
  }

  /// The part that `writer::begin_length` … `end_length` wrote.
  std::string_view length_prefixed() { return raw(fixed<std::uint32_t>()); }

private:
  std::string_view rest_;
  bool ok_ = true;
};

} // namespace cluster_store::backends
