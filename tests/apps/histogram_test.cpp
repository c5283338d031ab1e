#include <cluster_store/apps/bench/report/histogram.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;
using std::chrono::nanoseconds;

TEST_CASE("a histogram of nothing answers zero") {
  CHECK(std::make_unique<histogram>()->percentile(0.5) == nanoseconds{0});
}

TEST_CASE("percentiles of small values are exact") {
  const auto counted = std::make_unique<histogram>();
  for (int value = 1; value <= 100; ++value)
    counted->add(nanoseconds{value});
  CHECK(counted->percentile(0.5) == nanoseconds{50});
  CHECK(counted->percentile(0.99) == nanoseconds{99});
  CHECK(counted->percentile(1) == nanoseconds{100});
  CHECK(counted->percentile(0) == nanoseconds{1});
}

TEST_CASE("percentiles are never below the true value and at most 1/128 above it") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto counted = std::make_unique<histogram>();
  std::vector<std::int64_t> values;
  for (int round = 0; round < 20'000; ++round) {
    values.push_back(static_cast<std::int64_t>(random() >> (1 + random() % 60)));
    counted->add(nanoseconds{values.back()});
  }
  std::sort(values.begin(), values.end());
  for (const double share : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto index = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    const auto exact = values[index];
    const auto seen = counted->percentile(share).count();
    CHECK(seen >= exact);
    CHECK(seen - exact <= exact / 128);
  }
}

TEST_CASE("the extremes fit and negative values count as zero") {
  const auto counted = std::make_unique<histogram>();
  counted->add(nanoseconds{-5});
  counted->add(nanoseconds::max());
  CHECK(counted->count() == 2);
  CHECK(counted->percentile(0.5) == nanoseconds{0});
  CHECK(counted->percentile(1) == nanoseconds::max());
}

TEST_CASE("histograms add up") {
  const auto one = std::make_unique<histogram>();
  const auto two = std::make_unique<histogram>();
  one->add(nanoseconds{1});
  two->add(nanoseconds{3});
  two->add(nanoseconds{3});
  one->add(*two);
  CHECK(one->count() == 3);
  CHECK(one->percentile(0.5) == nanoseconds{3});
}
