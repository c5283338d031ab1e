#include <filesystem>

#include <cluster_store/tests/support/master.hpp>
#include <cluster_store/tests/system/crew.hpp>

using namespace cluster_store::tests;

TEST_CASE("a copy that is put back gives no version again that the store gave out since it was made") {
  // given a store that went on after a copy of its directory was made
  const sandbox where;
  const auto data = where.path("data");
  const auto copy = where.path("copy");
  master_options how{.listen = "unix:" + where.path("s.sock"), .store = "s=rocksdb:" + data};
  master first{where, how};
  first.start();
  REQUIRE(first.run({"set", "a", "before"}).output == "1\n");
  REQUIRE(first.stop() == 0);
  std::filesystem::copy(data, copy, std::filesystem::copy_options::recursive);
  first.start();
  REQUIRE(first.run({"set", "a", "after"}).output == "2\n");
  REQUIRE(first.stop() == 0);
  // when the copy is put back and said to be one
  std::filesystem::remove_all(data);
  std::filesystem::rename(copy, data);
  master started_once{where, [&] {
                        auto once = how;
                        once.more_arguments = {"--restored"};
                        return once;
                      }()};
  started_once.start();
  const auto version = started_once.run({"set", "a", "again"});
  REQUIRE(version.code == 0);
  CHECK(std::stoull(version.output) > 1'000'000'000'000);
  // then what was seen before fits nothing
  CHECK(started_once.run({"set", "a", "late", "--if-version", "2"}).code == 4);
  REQUIRE(started_once.stop() == 0);
  // and the next start goes on from there
  first.start();
  const auto next = first.run({"set", "a", "later"});
  CHECK(std::stoull(next.output) == std::stoull(version.output) + 1);
  CHECK(first.stop() == 0);
}
