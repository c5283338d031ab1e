#include <cluster_store/backends/registry.hpp>

#include <cluster_store/backends/memory/memory.hpp>
#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

namespace {

std::string complaint(std::string_view text) {
  const auto got = parse_uri(text);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::invalid_argument);
  return got.error().message;
}

error refusal(std::string_view text) {
  auto got = registry::with_builtin_engines().open(text);
  REQUIRE_FALSE(got);
  return got.error();
}

} // namespace

TEST_CASE("a URI has a scheme, a path and options") {
  CHECK(value_of(parse_uri("memory:")) == uri{"memory", "", {}});
  CHECK(value_of(parse_uri("rocksdb:./data")) == uri{"rocksdb", "./data", {}});
  CHECK(value_of(parse_uri("rocksdb:/var/lib/app?sync=never&cache_bytes=1048576"))
        == uri{"rocksdb", "/var/lib/app", {{"sync", "never"}, {"cache_bytes", "1048576"}}});
  CHECK(value_of(parse_uri("redis-cluster:a:1,b:2")) == uri{"redis-cluster", "a:1,b:2", {}});
}

TEST_CASE("any byte of a path or option can be written with %") {
  CHECK(value_of(parse_uri("files:a%3Fb%25c%26?k%3D=%26x%3d&plain=a=b"))
        == uri{"files", "a?b%c&", {{"k=", "&x="}, {"plain", "a=b"}}});
}

TEST_CASE("a bad URI is refused with the place and the reason") {
  CHECK_THAT(complaint(""), contains("at character 1") && contains("':'"));
  CHECK_THAT(complaint("data"), contains("at character 5") && contains("rocksdb:PATH"));
  CHECK_THAT(complaint(":x"), contains("at character 1") && contains("scheme"));
  CHECK_THAT(complaint("Memory:"), contains("at character 1") && contains("lower-case"));
  CHECK_THAT(complaint("./data:x"), contains("at character 1"));
  CHECK_THAT(complaint("memory:%4"), contains("at character 8") && contains("hexadecimal"));
  CHECK_THAT(complaint("memory:a%zz"), contains("at character 9"));
  CHECK_THAT(complaint("memory:a%00"), contains("zero byte"));
  CHECK_THAT(complaint("memory:?"), contains("at character 9") && contains("name is missing"));
  CHECK_THAT(complaint("memory:?key"), contains("at character 12") && contains("no value"));
  CHECK_THAT(complaint("memory:?key="), contains("no value"));
  CHECK_THAT(complaint("memory:?=value"), contains("name is missing"));
  CHECK_THAT(complaint("memory:?a=1&"), contains("at character 13"));
  CHECK_THAT(complaint("memory:?a=1&a=2"), contains("at character 13") && contains("twice"));
}

TEST_CASE("the registry knows the engines that were built") {
  CHECK(registry::with_builtin_engines().schemes()
        == std::vector<std::string>{"faulty", "memory", "rocksdb"});
}

TEST_CASE("an unknown scheme is unsupported, and the message names the known ones") {
  const auto got = refusal("postgres:x");
  CHECK(got.code == errc::unsupported);
  CHECK_THAT(got.message, contains("postgres") && contains("faulty, memory, rocksdb"));
}

TEST_CASE("options that an engine does not have are refused, and so are values it cannot take") {
  for (const auto* text : {"memory:?size=3", "memory:/path", "rocksdb:", "rocksdb:/nowhere/x?synch=always",
                           "rocksdb:/nowhere/x?sync=sometimes", "rocksdb:/nowhere/x?cache_bytes=many",
                           "rocksdb:/nowhere/x?cache_bytes=1000", "rocksdb:/nowhere/x?cache_bytes=1048576x",
                           "rocksdb:/nowhere/x?compression=zip"}) {
    CAPTURE(text);
    CHECK(refusal(text).code == errc::invalid_argument);
  }
  CHECK_THAT(refusal("rocksdb:x?sync=sometimes").message, contains("always, interval, never"));
  CHECK_THAT(refusal("rocksdb:x?synch=always").message, contains("synch") && contains("compression"));
}

TEST_CASE("a program may add an engine or replace one") {
  auto engines = registry::with_builtin_engines();
  uri opened;
  engines.add("mine", [&](const uri& where) -> result<std::unique_ptr<backend>> {
    opened = where;
    return make_memory();
  });
  CHECK(value_of(engines.open("mine:somewhere?a=b"))->traits().engine == "memory");
  CHECK(opened == uri{"mine", "somewhere", {{"a", "b"}}});
  CHECK(engines.schemes().size() == 4);
}
