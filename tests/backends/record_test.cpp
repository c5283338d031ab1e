#include <cluster_store/backends/record.hpp>

#include <cstring>
#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

std::string encoded(const record& content) {
  std::string made;
  encode_record(content, made);
  return made;
}

/// `body` with the checksum every format ends in.
std::string sealed(std::string body) {
  const auto checksum = XXH3_64bits(body.data(), body.size());
  for (int i = 0; i < 8; ++i)
    body.push_back(static_cast<char>(checksum >> (8 * i)));
  return body;
}

record full_record() {
  auto made = record_of(300, "data", at(1'060'000));
  made.born = 299;
  made.ttl = std::chrono::milliseconds{60'000};
  made.absolute_expires_at = at(900'000);
  made.user = "me";
  made.codec = 1;
  made.extensions = "\x09\x01z";
  return made;
}

/// The bytes of a literal, zeros and all.
template <std::size_t Size>
std::string bytes_of(const char (&literal)[Size]) {
  return {literal, Size - 1};
}

errc code_of(std::string_view bytes) {
  const auto got = decode_record(bytes);
  REQUIRE_FALSE(got);
  return got.error().code;
}

/// Decodes bytes that end where their memory ends, so that a sanitizer sees a read beyond.
result<record> decode_exactly(std::string_view bytes) {
  std::vector<char> copy{bytes.begin(), bytes.end()};
  copy.shrink_to_fit();
  const auto got = decode_record({copy.data(), copy.size()});
  if (!got)
    return tl::unexpected{got.error()};
  CHECK((got->data.empty()
         || (got->data.data() >= copy.data()
             && got->data.data() + got->data.size() <= copy.data() + copy.size())));
  return record{};
}

} // namespace

TEST_CASE("the bytes of a record are those of docs/storage.md") {
  const auto body = bytes_of("\x01"                   // format
                             "\x3F"                   // every optional field
                             "\xAC\x02"               // version 300
                             "\x01"                   // born one before
                             "\x40\x42\x0F\0\0\0\0\0" // created at 1 000 000 ms
                             "\xC0\xA9\x07"           // expires 60 000 ms later
                             "\xC0\xA9\x07"           // ttl 60 000 ms
                             "\xBF\x9A\x0C"           // absolute limit 100 000 ms before creation
                             "\x02me"                 // user
                             "\x01"                   // codec
                             "\x04"
                             "data"
                             "\x03\x09\x01z"); // extensions
  CHECK(encoded(full_record()) == sealed(body));
  CHECK(encoded(record{}) == sealed(std::string("\x01\0\0\0\0\0\0\0\0\0\0\0\0", 13)));
}

TEST_CASE("a session's record has about thirty bytes beside its data") {
  auto content = record_of(1'000'000, "", at(1'700'001'800'000));
  content.created_at = at(1'700'000'000'000);
  content.ttl = std::chrono::minutes{30};
  CHECK(encoded(content).size() <= 32);
}

TEST_CASE("encoding appends") {
  std::string out = "before";
  encode_record(full_record(), out);
  CHECK(out.substr(0, 6) == "before");
  CHECK(value_of(decode_record(std::string_view{out}.substr(6))) == full_record());
}

TEST_CASE("every record survives, whatever its fields") {
  const auto seed = GENERATE(take(5, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  std::mt19937_64 random_number{seed};
  const auto any = [&] { return random_number() >> (random_number() % 64); };
  const auto any_time = [&] { return at(static_cast<std::int64_t>(random_number() % 2 ? any() : ~any())); };
  const auto any_text = [&] {
    std::string made(random_number() % 200, '\0');
    for (auto& each : made)
      each = static_cast<char>(random_number());
    return made;
  };
  for (int i = 0; i < 2'000; ++i) {
    const auto user = any_text();
    const auto data = any_text();
    const auto extensions = any_text();
    record content;
    content.version = any();
    content.born = any();
    content.created_at = any_time();
    if (random_number() % 2)
      content.expires_at = any_time();
    if (random_number() % 2)
      content.ttl = any_time().time_since_epoch();
    if (random_number() % 2)
      content.absolute_expires_at = any_time();
    content.user = user;
    content.codec = static_cast<std::uint8_t>(random_number() % 4);
    content.data = data;
    content.extensions = extensions;
    REQUIRE(value_of(decode_record(encoded(content))) == content);
  }
}

TEST_CASE("every flipped bit of a record is noticed") {
  const auto bytes = encoded(full_record());
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    auto damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    REQUIRE(code_of(damaged) == errc::corrupt);
  }
}

TEST_CASE("a record that was cut off or has a tail is corrupt") {
  const auto bytes = encoded(full_record());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    REQUIRE(code_of(std::string_view{bytes}.substr(0, size)) == errc::corrupt);
  CHECK(code_of(bytes + '\0') == errc::corrupt);
}

TEST_CASE("random bytes are corrupt, and nothing beyond them is read") {
  const auto seed = GENERATE(take(5, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  std::mt19937_64 random_number{seed};
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes(random_number() % 64, '\0');
    for (auto& each : bytes)
      each = static_cast<char>(random_number());
    REQUIRE_FALSE(decode_exactly(bytes));
  }
}

TEST_CASE("random bytes under a good checksum give an error or a record, and nothing beyond them is read") {
  const auto seed = GENERATE(take(5, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  std::mt19937_64 random_number{seed};
  const auto good = encoded(full_record());
  const auto body = good.substr(0, good.size() - 8);
  int records = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = body;
    for (auto changes = 1 + random_number() % 3; changes > 0; --changes)
      bytes[1 + random_number() % (bytes.size() - 1)] = static_cast<char>(random_number());
    if (random_number() % 4 == 0)
      bytes.resize(1 + random_number() % bytes.size());
    const auto got = decode_exactly(sealed(bytes));
    records += got.has_value() ? 1 : 0;
    if (!got)
      REQUIRE(got.error().code == errc::corrupt);
  }
  CHECK(records > 0);
}

TEST_CASE("a newer format is unsupported, and one that never was is corrupt") {
  auto body = encoded(full_record());
  body.resize(body.size() - 8);
  body[0] = 2;
  CHECK(code_of(sealed(body)) == errc::unsupported);
  CHECK(code_of(sealed("\x7F whatever the future brings")) == errc::unsupported);
  body[0] = 0;
  CHECK(code_of(sealed(body)) == errc::corrupt);
}

TEST_CASE("impossible fields are corrupt") {
  const std::string times(8, '\0');
  CHECK(code_of(sealed(std::string("\x01\x40\0\0", 4) + times + std::string(1, '\0')))
        == errc::corrupt); // bit 6
  CHECK(code_of(sealed(std::string("\x01\x08\0\0", 4) + times + std::string(2, '\0')))
        == errc::corrupt); // no user
  CHECK(code_of(sealed(std::string("\x01\x10\0\0", 4) + times + std::string(2, '\0')))
        == errc::corrupt); // codec 0
  const std::string endless(11, '\x80');
  CHECK(code_of(sealed(std::string("\x01\0", 2) + endless + times)) == errc::corrupt);
  const std::string too_long = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01";
  CHECK(code_of(sealed(std::string("\x01\0\0\0", 4) + times + too_long)) == errc::corrupt);
}
