#include <cluster_store/apps/cluster_store/settings/serve_settings.hpp>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;

namespace {

std::vector<store_options> stores(const std::vector<std::string>& texts) {
  std::vector<store_options> read;
  for (const auto& text : texts)
    read.push_back(parse_store(text).value());
  return read;
}

} // namespace

TEST_CASE("serve without flags serves a RocksDB store on the user's socket") {
  const auto how = serve_options({});
  REQUIRE(how);
  REQUIRE(how->stores.size() == 1);
  CHECK(how->stores[0].name == "default");
  CHECK(how->stores[0].uri == "rocksdb:./cluster-store-data");
  CHECK_FALSE(how->stores[0].ttl_default);
  CHECK(how->listen == std::vector{default_endpoint()});
  CHECK(how->connections_max == 1024);
  CHECK(how->memory_bytes_max == server_options{}.memory_bytes_max);
}

TEST_CASE("serve takes stores, endpoints and a default ttl") {
  serve_flags flags;
  flags.how.listen = {*parse_endpoint("unix:/run/app.sock"), *parse_endpoint("127.0.0.1:0")};
  flags.stores = stores({"a=memory:", "b=rocksdb:/var/lib/b?cache=1=2"});
  flags.ttl_default = parse_ttl_default("1h").value();
  flags.how.secret_file = "secret";
  flags.how.connections_max = 7;
  flags.memory_max_mib = 3;
  flags.restored = true;
  const auto how = serve_options(flags);
  INFO((how ? "" : how.error().message));
  REQUIRE(how);
  CHECK(how->listen.size() == 2);
  REQUIRE(how->stores.size() == 2);
  CHECK(how->stores[1].uri == "rocksdb:/var/lib/b?cache=1=2");
  CHECK(how->stores[1].ttl_default == std::chrono::hours{1});
  CHECK(how->secret_file == "secret");
  CHECK(how->connections_max == 7);
  CHECK(how->memory_bytes_max == 3 * 1024 * 1024);
  CHECK(how->stores[0].restored);
  CHECK(how->stores[1].restored);
}

TEST_CASE("serve refuses stores and times that make no sense and says what they are") {
  const auto refused = [](const auto& read, const std::string& named) {
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::invalid_argument);
    CHECK(read.error().message.find(named) != std::string::npos);
  };
  SECTION("a store without a name") {
    refused(parse_store("=memory:"), "'=memory:' is not NAME=URI");
  }
  SECTION("a store without an engine") {
    refused(parse_store("name"), "'name' is not NAME=URI");
  }
  SECTION("a store with an empty engine") {
    refused(parse_store("name="), "'name=' is not NAME=URI");
  }
  SECTION("a store whose engine is no URI") {
    refused(parse_store("name=memory"), "name: ");
  }
  SECTION("two stores of one name") {
    serve_flags flags;
    flags.stores = stores({"a=memory:", "a=memory:"});
    refused(serve_options(flags), "--store: there are two stores named 'a'");
  }
  SECTION("a ttl without a unit") {
    refused(parse_ttl_default("30"), "'30'");
  }
  SECTION("a ttl that would destroy everything") {
    refused(parse_ttl_default("0s"), "destroy every session");
  }
  SECTION("a guard of no time") {
    refused(parse_logout_guard("0s"), "guard nothing");
  }
}

TEST_CASE("serve starts workers only if it is said how many and what they run") {
  serve_flags flags;
  SECTION("neither: there are none") {
    const auto none = serve_children(flags);
    REQUIRE(none);
    CHECK_FALSE(*none);
  }
  SECTION("both") {
    flags.workers = 3;
    flags.program = {"node", "--workers", ""};
    flags.how.secret_file = "secret";
    flags.grace = parse_grace("0s").value();
    const auto some = serve_children(flags);
    REQUIRE(some);
    REQUIRE(*some);
    CHECK((*some)->workers == 3);
    CHECK((*some)->command == flags.program);
    CHECK((*some)->secret_file == "secret");
    CHECK((*some)->grace.count() == 0);
  }
  SECTION("their time to end is 10 s") {
    flags.workers = 1;
    flags.program = {"node"};
    CHECK(serve_children(flags).value()->grace == std::chrono::seconds{10});
    CHECK(parse_grace("1h"));
    CHECK(parse_grace("1h1ms").error().message.find("more than 1h") != std::string::npos);
    CHECK(parse_grace("10").error().code == errc::invalid_argument);
  }
  SECTION("one without the other") {
    const auto refused = [&flags](const std::string& named) {
      const auto read = serve_children(flags);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == errc::invalid_argument);
      CHECK(read.error().message.find(named) != std::string::npos);
      CHECK(read.error().message.find("cluster-store serve --workers 4 -- node server.js")
            != std::string::npos);
    };
    flags.workers = 2;
    refused("--workers needs the program that they run, after `--`");
    flags.program = {"", "x"};
    refused("--workers needs the program that they run, after `--`");
    flags.workers = 0;
    flags.program = {"node"};
    refused("say how many of them there are to be with --workers");
    flags.program.clear();
    flags.grace = std::chrono::seconds{1};
    refused("--grace is for workers");
  }
}

TEST_CASE("--sync sets the sync of durable stores and leaves the others alone") {
  CHECK(with_sync("rocksdb:data", "never") == "rocksdb:data?sync=never");
  CHECK(with_sync("rocksdb:data?cache_bytes=5", "never") == "rocksdb:data?cache_bytes=5&sync=never");
  CHECK(with_sync("rocksdb:data?sync=always&cache_bytes=5", "never")
        == "rocksdb:data?cache_bytes=5&sync=never");
  CHECK(with_sync("rocksdb:a%3Fb%25", "never") == "rocksdb:a%3Fb%25?sync=never");
  CHECK(with_sync("memory:", "never") == "memory:");
  CHECK_FALSE(with_sync("rocksdb", "never"));
  serve_flags flags;
  flags.sync = "interval";
  CHECK(serve_options(flags)->stores[0].uri == "rocksdb:./cluster-store-data?sync=interval");
}

TEST_CASE("--automatic takes what belongs to one store on one endpoint, and names what does not go with it") {
  serve_flags flags;
  flags.automatic = true;
  flags.stores = {*parse_store("carts=rocksdb:/data")};
  flags.how.listen = {*parse_endpoint("unix:/run/carts.sock")};
  flags.ttl_default = std::chrono::hours{1};
  const auto good = automatic_options(flags);
  REQUIRE(good);
  CHECK(good->mode == mode::automatic);
  CHECK(good->store.name == "carts");
  CHECK(good->store.ttl_default == std::chrono::hours{1});
  CHECK(good->where.path == "/run/carts.sock");

  const auto check_refused = [](const serve_flags& what, const std::string& named) {
    const auto refused = automatic_options(what);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::invalid_argument);
    CHECK(refused.error().message.find(named) != std::string::npos);
  };
  auto other = flags;
  other.stores.push_back(*parse_store("more=memory:"));
  check_refused(other, "--store");
  other = flags;
  other.how.listen.push_back(*parse_endpoint("127.0.0.1:7401"));
  check_refused(other, "--listen");
  other = flags;
  other.workers = 2;
  check_refused(other, "--workers");
  other = flags;
  other.restored = true;
  check_refused(other, "--restored");
  other = flags;
  other.how.connections_max = 5;
  check_refused(other, "--connections-max");
  other = flags;
  other.memory_max_mib = 5;
  check_refused(other, "--memory-max");
}
