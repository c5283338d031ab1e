#include <cluster_store/apps/cluster_store/json_text.hpp>

#include <random>

#include <nlohmann/json.hpp>

#include <cluster_store/apps/cluster_store/base64.hpp>
#include <cluster_store/apps/support/terminal/text.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;
using nlohmann::json;

namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace

TEST_CASE("UTF-8 is told from other bytes") {
  for (const auto* text :
       {"", "plain text of more than eight bytes", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "12345678\xC3\xA4"})
    CHECK(is_utf8(text));
  for (const auto* bytes :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xE2\x28\xA1", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF",
        "12345678\xFF", "1234567\xC3"})
    CHECK_FALSE(is_utf8(bytes));
}

TEST_CASE("every character survives a JSON string") {
  std::string all;
  for (int byte = 0; byte < 0x80; ++byte)
    all += static_cast<char>(byte);
  all += "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  const auto text = as_json(all);
  CHECK(json::parse(text).get<std::string>() == all);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(as_json("a\"b\\c\n\x01") == R"("a\"b\\c\n\u0001")");
}

TEST_CASE("data is text where it can be and Base64 where it must be") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random() % 12, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 0x80);
    std::string out = "{";
    append_json_bytes(out, "data", bytes);
    const auto object = json::parse(out + "}");
    REQUIRE(object.size() == 1);
    if (is_utf8(bytes))
      CHECK(object.at("data") == bytes);
    else
      CHECK(decode_base64(object.at("data_base64").get<std::string>()) == bytes);
  }
}

TEST_CASE("a message with bytes that are no text is still JSON") {
  std::string out;
  append_json_message(out, "bad \xFF byte");
  CHECK(json::parse(out).get<std::string>() == "bad \xEF\xBF\xBD byte");
}
