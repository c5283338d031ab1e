#include <cluster_store/backends/system/absolute_path.hpp>

#include <random>

#include <cluster_store/backends/registry.hpp>
#include <cluster_store/tests/backends/engines.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/working_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

TEST_CASE("a relative path begins at the current directory, an absolute one stays as it is") {
  const temporary_directory place;
  const working_directory here{place.path()};
  const auto root = std::filesystem::current_path().string();
  CHECK(absolute_path("data") == root + "/data");
  CHECK(absolute_path("./a/../b/") == root + "/./a/../b/");
  CHECK(absolute_path("/x/../y") == "/x/../y");
  CHECK(absolute_path("") == "");
}

TEST_CASE("a relative path is refused where the current directory is gone") {
  const temporary_directory place;
  const auto gone = place.path() / "gone";
  std::filesystem::create_directory(gone);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(gone);
  std::filesystem::remove(gone);
  const auto refused = absolute_path("data");
  CHECK(absolute_path("/data") == "/data");
  std::filesystem::current_path(before);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::io_error);
  CHECK(refused.error().message.find("'data'") != std::string::npos);
}

TEST_CASE("engines in the file system are resolved, also inside others; everything else stays as it is") {
  const temporary_directory place;
  const working_directory here{place.path()};
  const auto root = std::filesystem::current_path().string();
  const auto engines = registry::with_builtin_engines();
  const auto resolved = [&](std::string_view text) {
    return to_string(value_of(engines.resolve(value_of(parse_uri(text)))));
  };
  CHECK(resolved("rocksdb:./data?sync=never") == "rocksdb:" + root + "/./data?sync=never");
  CHECK(resolved("rocksdb:/data") == "rocksdb:/data");
  CHECK(resolved("faulty:rocksdb%3Adata%3Fsync%3Dnever?seed=7")
        == "faulty:rocksdb:" + root + "/data%3Fsync=never?seed=7");
  CHECK(resolved("memory:") == "memory:");
  CHECK(resolved("mine:data") == "mine:data");
}

TEST_CASE("any URI is read back from its text") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto text = [&](std::size_t least) {
    static constexpr std::string_view letters = "ab%?&=:/\n \xC3\x01";
    std::string made;
    for (auto left = least + random() % 6; left > 0; --left)
      made += letters[random() % letters.size()];
    return made;
  };
  for (int round = 0; round < 1'000; ++round) {
    uri some{"x", text(0), {}};
    for (auto left = random() % 3; left > 0; --left)
      some.options.emplace(text(1), text(1));
    CAPTURE(to_string(some));
    CHECK(value_of(parse_uri(to_string(some))) == some);
  }
}

TEST_CASE("a store stays where it was opened when the process changes its directory") {
  const temporary_directory place;
  const auto first = place.path() / "first";
  const auto second = place.path() / "second";
  std::filesystem::create_directories(first);
  std::filesystem::create_directories(second);
  const auto engines = registry::with_builtin_engines();
  {
    const working_directory here{first};
    auto store = value_of(engines.open("rocksdb:data"));
    const working_directory there{second};
    const std::string data(1 << 20, 'x');
    for (int number = 0; number < 40; ++number) { // more than stays in memory before a table file is made
      const auto id = "id-" + std::to_string(number);
      REQUIRE(apply(*store, {put(id, record_of(1, data))}).at(0));
    }
  }
  CHECK(std::filesystem::is_empty(second));
  auto store = value_of(engines.open("rocksdb:" + (first / "data").string()));
  CHECK(value_of(store->length()) == 40);
}
