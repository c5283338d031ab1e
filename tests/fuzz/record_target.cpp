#include <cluster_store/backends/record.hpp>

#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cluster_store/tests/fuzz/byte_source.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

namespace cluster_store::fuzz {

namespace {

std::string encoded(const backends::record& content) {
  std::string bytes;
  backends::encode_record(content, bytes);
  return bytes;
}

bool read(std::string_view bytes) {
  const auto content = backends::decode_record(bytes);
  if (!content) {
    const auto code = content.error().code;
    expect(code == errc::corrupt || code == errc::unsupported,
           "a bad record is corrupt or of a newer format");
    return false;
  }
  const auto again = encoded(*content);
  expect(again.size() <= bytes.size(), "a record is written in its shortest form");
  expect(backends::decode_record(again) == *content, "a record is read as it was written");
  return true;
}

/// `body` with the checksum every format ends in, so that what is behind the checksum is met, too.
std::string sealed(std::string_view body) {
  std::string bytes{body};
  const auto checksum = XXH3_64bits(body.data(), body.size());
  for (int index = 0; index < 8; ++index)
    bytes.push_back(static_cast<char>(checksum >> (8 * index)));
  return bytes;
}

wall_time some_time(byte_source& from) {
  return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(from.any_size())}};
}

bool write(byte_source from) {
  backends::record content;
  content.version = from.any_size();
  content.born = from.any_size();
  content.created_at = some_time(from);
  if (from.flag())
    content.expires_at = some_time(from);
  if (from.flag())
    content.ttl = time_to_live{static_cast<std::int64_t>(from.any_size())};
  if (from.flag())
    content.absolute_expires_at = some_time(from);
  content.codec = from.byte();
  content.user = from.text();
  content.extensions = from.text();
  const auto place = from.number<std::uint16_t>();
  content.data = from.rest();
  auto bytes = encoded(content);
  expect(backends::decode_record(bytes) == content, "a record is read as it was written");
  bytes[place / 8 % bytes.size()] ^= static_cast<char>(1 << place % 8);
  const auto damaged = backends::decode_record(bytes);
  expect(!damaged && damaged.error().code == errc::corrupt, "no single bit changes unnoticed");
  return true;
}

} // namespace

bool record(std::string_view bytes) {
  if (bytes.empty())
    return false;
  const auto how = bytes.front();
  bytes.remove_prefix(1);
  switch (how) {
  case 'r':
    return read(bytes);
  case 's':
    return read(sealed(bytes));
  case 'W':
    return write(byte_source{bytes});
  default:
    return false;
  }
}

} // namespace cluster_store::fuzz
