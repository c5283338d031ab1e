#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/tidy/wings.hpp>

using namespace cluster_store::tidy;

namespace {

const source_file table{"docs/ARCHITECTURE.md", "| wing | for | may include |\n"
                                                "|---|---|---|\n"
                                                "| `actors/component` | parts | `actors/top/` |\n"
                                                "| `actors/top/` | high | `actors/low/` |\n"
                                                "| `actors/low/` | deep | |\n"};

source_file file(const std::string& path, const std::string& include) {
  return {path, "#include <cluster_store/" + include + ">\n"};
}

/// A tree in which every arrow of the table is used, and these files.
std::vector<finding> findings_with(const std::vector<source_file>& more) {
  std::vector<source_file> tree{table, file("actors/component.cpp", "actors/top/a.hpp"),
                                file("actors/top/a.cpp", "actors/low/b.hpp")};
  tree.insert(tree.end(), more.begin(), more.end());
  return check_wings(tree);
}

} // namespace

TEST_CASE("each file of actors/ belongs to the wing of its folder, public headers to all") {
  CHECK(wing_of("actors/proxy/core.hpp") == "actors/proxy/");
  CHECK(wing_of("actors/door/tls/context.cpp") == "actors/door/tls/");
  CHECK(wing_of("actors/component.cpp") == "actors/component");
  CHECK(wing_of("actors/client.hpp") == "actors/client");
  CHECK(wing_of("actors/options.hpp").empty());
}

TEST_CASE("a file includes its own wing, those of its row and the public words") {
  CHECK(render(findings_with({file("actors/top/c.cpp", "actors/top/a.hpp"),
                              file("actors/top/c.cpp", "actors/options.hpp"),
                              file("actors/top/c.cpp", "backends/errc.hpp")}))
        == "");
}

TEST_CASE("an include that leads upwards or is in no row is found") {
  CHECK(findings_with({file("actors/low/b.hpp", "actors/top/a.hpp")}).size() == 1);
  CHECK(findings_with({file("actors/component.cpp", "actors/low/b.hpp")}).size() == 1);
  CHECK(findings_with({file("actors/options.hpp", "actors/low/b.hpp")}).size() == 1);
  CHECK(findings_with({file("actors/new/x.hpp", "vector")}).size() == 1);
}

TEST_CASE("a row that says more than is included, or leads upwards, is found") {
  const source_file wrong{table.path,
                          "| `actors/top/` | high | |\n| `actors/low/` | deep | `actors/top/` |\n"};
  CHECK(check_wings({wrong}).size() == 2);
}

TEST_CASE("a folder with more rooms than one can oversee is found") {
  std::vector<source_file> tree;
  for (char room = 'a'; room < 'a' + char{rooms_max}; ++room)
    for (const auto* ending : {".hpp", ".cpp"})
      tree.push_back({std::string{"backends/x/"} + room + ending, ""});
  CHECK(check_rooms(tree).empty());
  tree.push_back({"backends/x/one_more.hpp", ""});
  CHECK(check_rooms(tree).size() == 1);
}
