#include <cluster_store/backends/record.hpp>

#include <bit>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cluster_store::backends {
namespace {

constexpr std::uint8_t format_number = 1;
constexpr std::size_t checksum_bytes = sizeof(std::uint64_t);

// Bits of the second byte: which of the fields that may be missing are there.
constexpr unsigned has_expires_at = 1u << 0;
constexpr unsigned has_ttl = 1u << 1;
constexpr unsigned has_absolute_expires_at = 1u << 2;
constexpr unsigned has_user = 1u << 3;
constexpr unsigned has_codec = 1u << 4;
constexpr unsigned has_extensions = 1u << 5;

std::uint64_t little_endian(std::uint64_t value) noexcept {
  if constexpr (std::endian::native == std::endian::big)
    return __builtin_bswap64(value);
  else
    return value;
}

std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

std::uint64_t milliseconds_of(wall_time when) noexcept {
  return static_cast<std::uint64_t>(when.time_since_epoch().count());
}

wall_time time_of(std::uint64_t milliseconds) noexcept {
  return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
}

/// Distances are taken modulo 2^64, so that every pair of values has one.
std::uint64_t distance(std::uint64_t from, std::uint64_t to) noexcept {
  return zigzag(static_cast<std::int64_t>(to - from));
}

std::uint64_t travel(std::uint64_t from, std::uint64_t by) noexcept {
  return from + static_cast<std::uint64_t>(unzigzag(by));
}

std::uint64_t checksum_of(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void put_fixed(std::uint64_t value, std::string& out) {
  value = little_endian(value);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void put_bytes(std::string_view bytes, std::string& out) {
  put_varint(bytes.size(), out);
  out.append(bytes);
}

std::uint8_t fields_of(const record& content) noexcept {
  unsigned fields = 0;
  fields |= content.expires_at ? has_expires_at : 0u;
  fields |= content.ttl ? has_ttl : 0u;
  fields |= content.absolute_expires_at ? has_absolute_expires_at : 0u;
  fields |= content.user.empty() ? 0u : has_user;
  fields |= content.codec == 0 ? 0u : has_codec;
  fields |= content.extensions.empty() ? 0u : has_extensions;
  return static_cast<std::uint8_t>(fields);
}

/// Takes values off the front of some bytes; once something is missing, everything is.
class reader {
public:
  explicit reader(std::string_view bytes) noexcept : rest_{bytes} {}

  bool good() const noexcept { return good_; }
  bool at_end() const noexcept { return rest_.empty(); }

  std::uint8_t byte() noexcept {
    const auto taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
  }

  std::uint64_t fixed() noexcept {
    std::uint64_t value = 0;
    if (const auto taken = bytes(sizeof value); !taken.empty())
      std::memcpy(&value, taken.data(), sizeof value);
    return little_endian(value);
  }

  std::uint64_t varint() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t next = byte();
      if (shift == 63 && next > 1)
        break;
      value |= (next & 0x7F) << shift;
      if (next < 0x80)
        return value;
    }
    good_ = false;
    return 0;
  }

  std::string_view counted_bytes() noexcept { return bytes(varint()); }

private:
  std::string_view bytes(std::uint64_t count) noexcept {
    if (!good_ || count > rest_.size()) {
      good_ = false;
      return {};
    }
    const auto taken = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(static_cast<std::size_t>(count));
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

tl::unexpected<error> corrupt(std::string_view what) {
  return fail(errc::corrupt, "the stored record is damaged (" + std::string{what}
                                 + "): destroy the session or restore it from a backup");
}

result<record> decode_fields(std::string_view body) {
  reader in{body};
  record content;
  const auto fields = in.byte();
  content.version = in.varint();
  content.born = travel(content.version, in.varint());
  const auto created = in.fixed();
  content.created_at = time_of(created);
  if (fields & has_expires_at)
    content.expires_at = time_of(travel(created, in.varint()));
  if (fields & has_ttl)
    content.ttl = time_to_live{unzigzag(in.varint())};
  if (fields & has_absolute_expires_at)
    content.absolute_expires_at = time_of(travel(created, in.varint()));
  if (fields & has_user)
    content.user = in.counted_bytes();
  if (fields & has_codec)
    content.codec = in.byte();
  content.data = in.counted_bytes();
  if (fields & has_extensions)
    content.extensions = in.counted_bytes();
  if (!in.good() || !in.at_end())
    return corrupt("its fields do not fill it");
  if (fields != fields_of(content))
    return corrupt("a field that is not there is announced");
  return content;
}

} // namespace

void encode_record(const record& content, std::string& out) {
  const auto start = out.size();
  // 64 bytes hold every number at its longest but one or two; more only costs a reallocation.
  out.reserve(start + 64 + content.user.size() + content.data.size() + content.extensions.size());
  const auto created = milliseconds_of(content.created_at);
  out.push_back(static_cast<char>(format_number));
  out.push_back(static_cast<char>(fields_of(content)));
  put_varint(content.version, out);
  put_varint(distance(content.version, content.born), out);
  put_fixed(created, out);
  if (content.expires_at)
    put_varint(distance(created, milliseconds_of(*content.expires_at)), out);
  if (content.ttl)
    put_varint(zigzag(content.ttl->count()), out);
  if (content.absolute_expires_at)
    put_varint(distance(created, milliseconds_of(*content.absolute_expires_at)), out);
  if (!content.user.empty())
    put_bytes(content.user, out);
  if (content.codec != 0)
    out.push_back(static_cast<char>(content.codec));
  put_bytes(content.data, out);
  if (!content.extensions.empty())
    put_bytes(content.extensions, out);
  put_fixed(checksum_of(std::string_view{out}.substr(start)), out);
}

result<record> decode_record(std::string_view bytes) {
  if (bytes.size() <= checksum_bytes)
    return corrupt("only " + std::to_string(bytes.size()) + " bytes are left");
  const auto body = bytes.substr(0, bytes.size() - checksum_bytes);
  // Every format ends in this checksum, so that damage is told apart from a newer format.
  if (reader{bytes.substr(body.size())}.fixed() != checksum_of(body))
    return corrupt("its checksum does not match");
  const auto format = static_cast<std::uint8_t>(body.front());
  if (format > format_number)
    return fail(errc::unsupported, "the stored record has format " + std::to_string(format)
                                       + ", this program reads up to " + std::to_string(format_number)
                                       + ": use the newer program that wrote it");
  if (format != format_number)
    return corrupt("format " + std::to_string(format) + " never existed");
  return decode_fields(body.substr(1));
}

} // namespace cluster_store::backends
