#include <cluster_store/backends/memory/expiry_index.hpp>

#include <map>
#include <random>
#include <set>

#include <cluster_store/tests/backends/engines.hpp>

using namespace cluster_store;
using namespace cluster_store::backends;
using namespace cluster_store::tests;

TEST_CASE("an empty index has nothing due") {
  expiry_index index;
  CHECK(index.due(wall_time::max(), 10).empty());
  CHECK_FALSE(index.at(7));
  index.erase(7);
  CHECK(index.size() == 0);
}

TEST_CASE("a moved row is due at its new time only") {
  expiry_index index;
  for (std::uint32_t slot = 0; slot < 10; ++slot)
    index.put(slot, at(100 + slot));
  index.put(3, at(1'000));
  index.put(8, at(1));
  CHECK(index.at(3) == at(1'000));
  CHECK(index.due(at(101), 10) == std::vector<std::uint32_t>{8, 0, 1});
  CHECK(index.due(at(999), 100).size() == 9);
  CHECK(index.due(at(1'000), 100).back() == 3);
  index.clear();
  CHECK(index.due(wall_time::max(), 10).empty());
}

TEST_CASE("whatever moves, the index gives what a sorted set gives") {
  const auto seed = GENERATE(take(8, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  std::mt19937 random_number{seed};
  expiry_index index;
  std::map<std::uint32_t, wall_time> times;
  for (int step = 0; step < 3'000; ++step) {
    const auto slot = static_cast<std::uint32_t>(random_number() % 300);
    if (random_number() % 3 == 0) {
      index.erase(slot);
      times.erase(slot);
    } else {
      const auto when = at(static_cast<std::int64_t>(random_number() % 1'000));
      index.put(slot, when);
      times[slot] = when;
    }
    REQUIRE(index.size() == times.size());
    invariants::check(index);
    if (step % 20 != 0)
      continue;
    const auto now = at(static_cast<std::int64_t>(random_number() % 1'000));
    std::multiset<wall_time> expected;
    for (const auto& [each, when] : times)
      if (when <= now)
        expected.insert(when);
    const std::size_t rows_max = random_number() % 200;
    const auto rows = index.due(now, rows_max);
    REQUIRE(rows.size() == std::min(rows_max, expected.size()));
    auto next = expected.begin();
    for (const auto each : rows) {
      REQUIRE(times.at(each) == *next++);
      REQUIRE(index.at(each) == times.at(each));
    }
  }
}
