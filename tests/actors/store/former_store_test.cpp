// Stores of former programs open, with all that was in them. tests/fixtures/ holds what the program before
// the inventory (docs/storage.md) left when it was killed, with each mode of sync: sessions, an index of
// expiry, tombstones, and the rows of a client that had said no farewell.

#include <filesystem>

#include <cluster_store/backends/registry.hpp>
#include <cluster_store/tests/actors/store/fixture.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;

TEST_CASE("a store of a former program opens with its sessions, counters, tombstones and clients") {
  const auto sync = GENERATE(as<std::string>{}, "always", "interval", "never");
  INFO(sync);
  temporary_directory folder;
  const auto path = folder / "data";
  std::filesystem::copy(std::filesystem::path{CLUSTER_STORE_SOURCE_DIR} / "tests/fixtures"
                            / ("rocksdb_" + sync),
                        path, std::filesystem::copy_options::recursive);
  auto how = store_fixture::without_windows();
  how.logout_guard = std::chrono::hours{876'000};
  auto engine = backends::registry::with_builtin_engines().open("rocksdb:" + path + "?sync=" + sync);
  REQUIRE(engine);
  store_fixture store{how, std::move(*engine)};
  CHECK(store.core().figures().clients == 1);
  CHECK(store.core().figures().sessions == 4);
  auto client = store.join();
  CHECK(store.greet(client).incarnation != wire::token{1, 2, 3});
  const auto read = [&](std::string_view id) { return store.call(client, get(id)).value(); };
  CHECK(read("plain").content == session{"newer data", 2, {}});
  CHECK(read({"\0\xff", 2}).content == session{{"\xff\xff\0", 3}, 4, {}});
  CHECK(read("new").content == session{"moves", 7, {}});
  CHECK(read("until").content.data == "expires");
  CHECK(read("until").content.ttl > std::chrono::hours{24 * 365 * 50});
  CHECK_FALSE(read("old").found);
  CHECK(store.call(client, set("gone", "late")).error().code == errc::conflict);
  // Where a power cut may have taken versions that were given out, some are left out.
  const auto left_out = sync == "always" ? 0 : actors::version_reserve::block;
  CHECK(store.call(client, set("plain", "again"))->content.version == left_out + 8);
  CHECK(store.call(client, length())->count == 4);
}
