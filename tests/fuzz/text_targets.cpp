#include <limits>

#include <cluster_store/actors/endpoint.hpp>
#include <cluster_store/apps/cluster_store/base64.hpp>
#include <cluster_store/apps/support/duration.hpp>
#include <cluster_store/backends/faulty/faulty.hpp>
#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/backends/registry.hpp>
#include <cluster_store/tests/fuzz/property.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>

namespace cluster_store::fuzz {

namespace {

/// What people are told about text that is wrong: one short message with a code they can act on.
void expect_refusal(const error& why, std::size_t text_bytes) {
  expect(why.code == errc::invalid_argument, "what is wrong is invalid_argument");
  expect(!why.message.empty() && why.message.size() <= 400 + 4 * text_bytes,
         "what is wrong is said in short");
}

std::string escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string made;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    made += '%';
    made += digits[byte >> 4];
    made += digits[byte & 15];
  }
  return made;
}

std::string text_of(const backends::uri& what) {
  auto text = what.scheme + ":" + escaped(what.path);
  char separator = '?';
  for (const auto& [key, value] : what.options) {
    text += separator + escaped(key) + "=" + escaped(value);
    separator = '&';
  }
  return text;
}

void plan_faults(const backends::uri& where) {
  auto plan = backends::fault_plan_from(where);
  if (!plan)
    return expect_refusal(plan.error(), 0xFFFF);
  const auto made = backends::make_faulty(backends::make_memory(), *std::move(plan));
  expect(made || made.error().code == errc::invalid_argument, "a plan is carried out or refused");
}

} // namespace

bool uri(std::string_view bytes) {
  const auto where = backends::parse_uri(bytes);
  if (!where) {
    expect_refusal(where.error(), bytes.size());
    return false;
  }
  expect(backends::parse_uri(text_of(*where)) == *where, "a URI with everything escaped means the same");
  plan_faults(*where);
  return true;
}

bool duration(std::string_view bytes) {
  const auto time = apps::parse_duration(bytes);
  if (!time) {
    expect_refusal(time.error(), 80);
    return false;
  }
  expect(time->count() >= 0 && *time <= ttl_max, "a duration has 0 to 100 years");
  expect(apps::parse_duration(apps::duration_text(*time)) == *time, "a duration is read as it was written");
  return true;
}

bool endpoint(std::string_view bytes) {
  const auto where = parse_endpoint(bytes);
  if (!where) {
    expect_refusal(where.error(), bytes.size());
    return false;
  }
  expect(parse_endpoint(to_string(*where)) == *where, "an endpoint is read as it was written");
  const bool is_unix = where->what == cluster_store::endpoint::kind::unix_socket;
  expect(is_unix ? where->path.size() <= 107 && where->host.empty() : !where->host.empty(),
         "an endpoint has a path or a host");
  expect(!is_unix || is_loopback(*where), "a Unix socket is of this machine");
  return true;
}

bool base64(std::string_view bytes) {
  std::string coded;
  apps::append_base64(coded, bytes);
  expect(apps::decode_base64(coded) == std::string{bytes}, "bytes come back from Base64");
  const auto decoded = apps::decode_base64(bytes);
  if (!decoded) {
    expect_refusal(decoded.error(), 0);
    return false;
  }
  std::string again;
  apps::append_base64(again, *decoded);
  expect(again == bytes, "there is one Base64 form of any bytes");
  return true;
}

} // namespace cluster_store::fuzz
