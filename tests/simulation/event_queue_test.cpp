#include <algorithm>
#include <random>
#include <vector>

#include <cluster_store/tests/simulation/events.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace cluster_store::simulation;
using namespace std::chrono_literals;

TEST_CASE("events come in the order of their moments, and those of one moment in the order they were made") {
  const auto seed = tests::random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  std::mt19937_64 random{seed};
  event_queue queue;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    queue.push({.at = steady_time{1ms * (random() % 50)}, .number = i});

  std::vector<std::pair<steady_time, std::uint64_t>> came;
  while (!queue.empty()) {
    const auto next = queue.next();
    const auto popped = queue.pop();
    CHECK(popped.at == next);
    came.emplace_back(popped.at, popped.number);
  }

  CHECK(came.size() == 1'000);
  CHECK(std::ranges::is_sorted(came));
}
