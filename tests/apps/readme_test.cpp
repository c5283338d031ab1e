#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <cluster_store/tests/support/catch.hpp>

namespace {

std::string read(const std::string& path) {
  std::ifstream file{std::string{CLUSTER_STORE_SOURCE_DIR} + "/" + path};
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace

TEST_CASE("the README shows the first program as it is compiled") {
  CHECK(read("README.md").find("```cpp\n" + read("apps/examples/01_first_program/main.cpp") + "```")
        != std::string::npos);
}

TEST_CASE("the first program is at most twenty lines") {
  const auto text = read("apps/examples/01_first_program/main.cpp");
  CHECK(std::count(text.begin(), text.end(), '\n') <= 20);
}
