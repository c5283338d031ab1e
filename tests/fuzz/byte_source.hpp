#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cluster_store::fuzz {

/// Makes values of the bytes a fuzzer chose; once they are used up, zeros.
class byte_source {
public:
  explicit byte_source(std::string_view bytes) : rest_(bytes) {}

  bool empty() const noexcept { return rest_.empty(); }

  template <std::integral T>
  T number() {
    std::uint64_t bits = 0;
    for (std::size_t count = 0; count < sizeof(T); ++count)
      bits = bits << 8 | byte();
    return static_cast<T>(bits);
  }

  /// A number that is small more often than not, so that boundaries are met on both ends.
  std::uint64_t any_size() {
    const auto width = byte() % 9u;
    std::uint64_t bits = 0;
    for (unsigned count = 0; count < width; ++count)
      bits = bits << 8 | byte();
    return bits;
  }

  bool flag() { return (byte() & 1) != 0; }

  /// Some text; a view into the source's bytes.
  std::string_view text() { return take(byte()); }

  std::string_view take(std::size_t count) {
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest() { return take(rest_.size()); }

  std::uint8_t byte() {
    const auto taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
  }

private:
  std::string_view rest_;
};

} // namespace cluster_store::fuzz
