#include <cluster_store/apps/support/terminal/text.hpp>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/cluster_store/json_text.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

/// What a terminal or an editor may obey, as UTF-8.
const std::vector<std::string> orders = [] {
  std::vector<std::string> all;
  for (int byte = 0; byte < 0x20; ++byte)
    all.emplace_back(1, static_cast<char>(byte));
  all.emplace_back("\x7F");
  for (int byte = 0x80; byte < 0xA0; ++byte)
    all.push_back(std::string{"\xC2"} + static_cast<char>(byte));
  for (const auto* more : {"\xD8\x9C", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9",
                           "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9"})
    all.emplace_back(more);
  return all;
}();

bool has_order(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(std::max<std::size_t>(character_bytes(text), 1)))
    if (character_bytes(text) == 0 || is_order(text.substr(0, character_bytes(text))))
      return true;
  return false;
}

} // namespace

TEST_CASE("no order and no byte that is no text gets through to a terminal") {
  for (const auto& order : orders) {
    CAPTURE(order);
    const auto text = "a" + order + "b";
    CHECK(has_order(text));
    CHECK_FALSE(has_order(printable(text)));
    std::string json;
    append_json_string(json, text);
    CHECK_FALSE(has_order(json));
    CHECK(nlohmann::json::parse(json) == text);
  }
  CHECK(printable("\x1B[31m\xC2\x9B") == "\\u001b[31m\\u009b");
  for (int byte = 0x80; byte <= 0xFF; ++byte)
    CHECK_FALSE(has_order(printable(std::string{"a"} + static_cast<char>(byte) + "b")));
  CHECK(printable("\xFF\xC3") == "\\xff\\xc3");
}

TEST_CASE("text that people write stays as it is") {
  for (const auto* text :
       {"", "plain", "\xC3\xA4\xC3\xB6", "\xC2\xA0\xC2\xA9", "\xD8\xA7", "\xE2\x82\xAC\xE2\x80\x93",
        "\xE2\x80\xAF\xE2\x81\xAA", "\xF0\x9F\x98\x80", "\\u001b"}) {
    CAPTURE(text);
    CHECK(printable(text) == text);
    CHECK_FALSE(has_order(text));
  }
}
