// The rules of the house, on the house.

#include <algorithm>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/tidy/includes.hpp>
#include <cluster_store/tests/tidy/wings.hpp>
#include <cluster_store/tests/tidy/words.hpp>

using namespace cluster_store::tidy;

namespace {

const std::vector<source_file>& tree() {
  static const auto files = read_tree(CLUSTER_STORE_SOURCE_DIR);
  return files;
}

} // namespace

TEST_CASE("the tree that is checked is the whole project") {
  const auto holds = [](std::string_view path) {
    return std::any_of(tree().begin(), tree().end(),
                       [&](const source_file& file) { return file.path == path; });
  };
  for (const auto* path : {"CMakeLists.txt", "dev", ".ci/run", "actors/wire/wire.hpp", "backends/backend.hpp",
                           "conan/cmake/FindCAF.cmake", "tests/tidy/tree_test.cpp"}) {
    INFO(path);
    CHECK(holds(path));
  }
  CHECK(std::none_of(tree().begin(), tree().end(),
                     [](const source_file& file) { return file.path.starts_with("build/"); }));
}

TEST_CASE("every file includes only what its layer may") {
  CHECK(render(check_includes(tree())) == "");
}

TEST_CASE("every wing includes what the table of wings says, and nothing leads upwards") {
  CHECK(render(check_wings(tree())) == "");
}

TEST_CASE("no folder has more rooms than one can oversee") {
  CHECK(render(check_rooms(tree())) == "");
}

TEST_CASE("every public header includes only what is installed") {
  CHECK(render(check_public_headers(tree())) == "");
}

TEST_CASE("every source of a library includes its own header first") {
  CHECK(render(check_own_header_first(tree())) == "");
}

TEST_CASE("no file and no function is too long") {
  CHECK(render(check_sizes(tree())) == "");
}

TEST_CASE("every header begins with #pragma once") {
  CHECK(render(check_pragma_once(tree())) == "");
}

TEST_CASE("no word stands where it has no place") {
  CHECK(render(check_words(tree())) == "");
}
