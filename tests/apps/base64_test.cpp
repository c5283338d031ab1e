#include <cluster_store/apps/cluster_store/base64.hpp>

#include <random>
#include <utility>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

std::string encoded(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

} // namespace

TEST_CASE("Base64 agrees with the test vectors of RFC 4648") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(encoded(bytes) == text);
    CHECK(decode_base64(text) == std::string{bytes});
  }
}

TEST_CASE("any bytes survive Base64") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random() % 100, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random());
    CHECK(decode_base64(encoded(bytes)) == bytes);
  }
}

TEST_CASE("what is not Base64 is refused") {
  const auto* text = GENERATE("Z", "Zg", "Zg=", "Zg===", "====", "=", "Zm9v\n", "Zm 9", "Zm-_",
                              "Zh==", "Zm9=", "Z===", "Zg==Zg==", "\xFF\xFF\xFF\xFF");
  INFO(text);
  const auto outcome = decode_base64(text);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_argument);
}
