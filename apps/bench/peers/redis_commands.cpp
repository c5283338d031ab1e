#include <cluster_store/apps/bench/peers/redis_commands.hpp>

#include <array>
#include <cassert>
#include <charconv>

namespace cluster_store::apps {

namespace {

void append_bulk(std::string_view text, std::string& out) {
  std::array<char, 24> digits{};
  const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), text.size()).ptr;
  out += '$';
  out += std::string_view{digits.data(), end};
  out += "\r\n";
  out += text;
  out += "\r\n";
}

} // namespace

redis_commands::redis_commands(const load_settings& how)
    : values_(how.value_bytes), life_(ttl_of(how.what) ? std::to_string(ttl_of(how.what)->count()) : "") {}

void redis_commands::append(const operation& what, std::string& out) {
  const auto id = ids_.id_of(what.key);
  switch (what.what) {
  case operation_kind::set:
    out += life_.empty() ? "*3\r\n$3\r\nSET\r\n" : "*5\r\n$3\r\nSET\r\n";
    append_bulk(id, out);
    append_bulk(values_.value_of(what.key), out);
    if (!life_.empty()) {
      append_bulk("PX", out);
      append_bulk(life_, out);
    }
    return;
  case operation_kind::touch:
    assert(!life_.empty());
    out += "*3\r\n$7\r\nPEXPIRE\r\n";
    append_bulk(id, out);
    append_bulk(life_, out);
    return;
  case operation_kind::get:
    break;
  }
  out += "*2\r\n$3\r\nGET\r\n";
  append_bulk(id, out);
}

} // namespace cluster_store::apps
