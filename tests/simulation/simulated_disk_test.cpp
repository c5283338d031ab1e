#include <cluster_store/tests/simulation/disk.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::simulation;

namespace {

backends::commit setting(std::string_view id, version_number version, std::string_view data) {
  backends::commit out;
  backends::record content;
  content.version = version;
  content.data = data;
  content.expires_at = wall_time{std::chrono::milliseconds{version}};
  out.writes.push_back({.id = id, .content = content, .when = {}});
  out.client_rows.push_back({{}, version, std::string{data}});
  out.system_rows.push_back({"counter", std::to_string(version)});
  return out;
}

backends::commit erasing(std::string_view id, std::uint64_t rows) {
  backends::commit out;
  out.writes.push_back({.what = backends::write::kind::erase, .id = id, .content = {}, .when = {}});
  out.client_erases.push_back({{}, rows});
  out.system_rows.push_back({"counter", {}});
  return out;
}

} // namespace

TEST_CASE("losing the power takes all rows of the commits that were not synced, and of no other") {
  disk data;
  data.apply(setting("a", 1, "one"));
  const auto synced = data.apply(setting("a", 2, "two"));
  data.sync(synced);
  data.apply(setting("b", 3, "three"));
  data.apply(erasing("a", 2));
  REQUIRE(data.find("a") == nullptr);

  data.lose_after(synced);

  REQUIRE(data.find("a") != nullptr);
  CHECK(data.find("a")->data == "two");
  CHECK(data.find("b") == nullptr);
  CHECK(data.length() == 1);
  CHECK(data.client_rows() == std::vector<backends::client_row>{{{}, 1, "one"}, {{}, 2, "two"}});
  CHECK(data.system_rows("", "", 10) == std::vector<backends::system_row>{{"counter", "2"}});
  CHECK(data.due(wall_time::max(), 10).size() >= 1);
}

TEST_CASE("a power cut may keep commits that were not synced, but no later one without an earlier") {
  disk data;
  const auto first = data.apply(setting("a", 1, "one"));
  data.apply(setting("b", 2, "two"));

  data.lose_after(first);

  CHECK(data.find("a") != nullptr);
  CHECK(data.find("b") == nullptr);
  CHECK(data.applied() == first);
  CHECK(data.synced() == first);
}
