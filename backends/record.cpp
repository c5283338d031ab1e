#include <cluster_store/backends/record.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cluster_store/backends/coding/codec.hpp>

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

std::uint64_t milliseconds_of(wall_time when) noexcept {
  return static_cast<std::uint64_t>(when.time_since_epoch().count());
}

wall_time time_of(std::uint64_t milliseconds) noexcept {
  return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
}

/// Distances are taken modulo 2^64, so that every pair of values has one.
std::int64_t distance(std::uint64_t from, std::uint64_t to) noexcept {
  return static_cast<std::int64_t>(to - from);
}

std::uint64_t travel(std::uint64_t from, std::int64_t by) noexcept {
  return from + static_cast<std::uint64_t>(by);
}

std::uint64_t checksum_of(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
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

tl::unexpected<error> corrupt(std::string_view what) {
  return fail(errc::corrupt, "the stored record is damaged (" + std::string{what}
                                 + "): destroy the session or restore it from a backup");
}

result<record> decode_fields(std::string_view body) {
  reader in{body};
  record content;
  const auto fields = in.fixed<std::uint8_t>();
  content.version = in.variable();
  content.born = travel(content.version, in.variable_signed());
  const auto created = in.fixed<std::uint64_t>();
  content.created_at = time_of(created);
  if (fields & has_expires_at)
    content.expires_at = time_of(travel(created, in.variable_signed()));
  if (fields & has_ttl)
    content.ttl = time_to_live{in.variable_signed()};
  if (fields & has_absolute_expires_at)
    content.absolute_expires_at = time_of(travel(created, in.variable_signed()));
  if (fields & has_user)
    content.user = in.bytes();
  if (fields & has_codec)
    content.codec = in.fixed<std::uint8_t>();
  content.data = in.bytes();
  if (fields & has_extensions)
    content.extensions = in.bytes();
  if (!in.done())
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
  writer to{out};
  to.variable(content.version);
  to.variable_signed(distance(content.version, content.born));
  to.fixed(created);
  if (content.expires_at)
    to.variable_signed(distance(created, milliseconds_of(*content.expires_at)));
  if (content.ttl)
    to.variable_signed(content.ttl->count());
  if (content.absolute_expires_at)
    to.variable_signed(distance(created, milliseconds_of(*content.absolute_expires_at)));
  if (!content.user.empty())
    to.bytes(content.user);
  if (content.codec != 0)
    out.push_back(static_cast<char>(content.codec));
  to.bytes(content.data);
  if (!content.extensions.empty())
    to.bytes(content.extensions);
  to.fixed(checksum_of(std::string_view{out}.substr(start)));
}

result<record> decode_record(std::string_view bytes) {
  if (bytes.size() <= checksum_bytes)
    return corrupt("only " + std::to_string(bytes.size()) + " bytes are left");
  const auto body = bytes.substr(0, bytes.size() - checksum_bytes);
  // Every format ends in this checksum, so that damage is told apart from a newer format.
  if (reader{bytes.substr(body.size())}.fixed<std::uint64_t>() != checksum_of(body))
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
