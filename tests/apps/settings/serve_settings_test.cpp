#include <cluster_store/apps/cluster_store/settings/serve_settings.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

TEST_CASE("serve without flags serves a RocksDB store on the user's socket") {
  const auto how = read_serve_flags({});
  REQUIRE(how);
  REQUIRE(how->stores.size() == 1);
  CHECK(how->stores[0].name == "default");
  CHECK(how->stores[0].uri == "rocksdb:./cluster-store-data");
  CHECK_FALSE(how->stores[0].ttl_default);
  CHECK(how->listen == std::vector{default_endpoint()});
  CHECK(how->connections_max == 1024);
}

TEST_CASE("serve takes stores, endpoints and a default ttl") {
  serve_flags flags;
  flags.listen = {"unix:/run/app.sock", "127.0.0.1:0"};
  flags.stores = {"a=memory:", "b=rocksdb:/var/lib/b?cache=1=2"};
  flags.ttl_default = "1h";
  flags.secret_file = "secret";
  flags.connections_max = 7;
  flags.restored = true;
  const auto how = read_serve_flags(flags);
  INFO((how ? "" : how.error().message));
  REQUIRE(how);
  CHECK(how->listen.size() == 2);
  REQUIRE(how->stores.size() == 2);
  CHECK(how->stores[1].uri == "rocksdb:/var/lib/b?cache=1=2");
  CHECK(how->stores[1].ttl_default == std::chrono::hours{1});
  CHECK(how->secret_file == "secret");
  CHECK(how->connections_max == 7);
  CHECK(how->stores[0].restored);
  CHECK(how->stores[1].restored);
}

TEST_CASE("serve refuses flags that make no sense and names them") {
  serve_flags flags;
  std::string named;
  SECTION("a store without a name") {
    flags.stores = {"=memory:"}, named = "--store";
  }
  SECTION("a store without an engine") {
    flags.stores = {"name"}, named = "--store";
  }
  SECTION("a store with an empty engine") {
    flags.stores = {"name="}, named = "--store";
  }
  SECTION("a store whose engine is no URI") {
    flags.stores = {"name=memory"}, named = "--store: name";
  }
  SECTION("two stores of one name") {
    flags.stores = {"a=memory:", "a=memory:"}, named = "--store";
  }
  SECTION("a bad endpoint") {
    flags.listen = {"nowhere"}, named = "--listen";
  }
  SECTION("a ttl without a unit") {
    flags.ttl_default = "30", named = "--ttl-default";
  }
  SECTION("a ttl that would destroy everything") {
    flags.ttl_default = "0s", named = "--ttl-default";
  }
  const auto how = read_serve_flags(flags);
  REQUIRE_FALSE(how);
  CHECK(how.error().code == errc::invalid_argument);
  CHECK(how.error().message.find(named) == 0);
}

TEST_CASE("--sync sets the sync of durable stores and leaves the others alone") {
  CHECK(with_sync("rocksdb:data", "never") == "rocksdb:data?sync=never");
  CHECK(with_sync("rocksdb:data?cache_bytes=5", "never") == "rocksdb:data?cache_bytes=5&sync=never");
  CHECK(with_sync("rocksdb:data?sync=always&cache_bytes=5", "never")
        == "rocksdb:data?cache_bytes=5&sync=never");
  CHECK(with_sync("memory:", "never") == "memory:");
  CHECK_FALSE(with_sync("rocksdb", "never"));
  serve_flags flags;
  flags.sync = "interval";
  CHECK(read_serve_flags(flags)->stores[0].uri == "rocksdb:./cluster-store-data?sync=interval");
}
