#include <cluster_store/apps/bench/zipf.hpp>

#include <random>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::apps;

namespace {

std::vector<std::uint32_t> count_ranks(const zipf_picker& picker, quick_random& random, std::uint32_t keys,
                                       std::uint32_t picks) {
  std::vector<std::uint32_t> counts(keys);
  for (std::uint32_t pick = 0; pick < picks; ++pick)
    ++counts[picker.rank(random)];
  return counts;
}

} // namespace

TEST_CASE("the probabilities of all ranks add up to one and fall by the exponent") {
  for (const double exponent : {0.5, 0.99}) {
    const zipf_picker picker{1'000, exponent};
    double sum = 0;
    for (std::uint32_t rank = 0; rank < 1'000; ++rank)
      sum += picker.probability(rank);
    CHECK(sum == Approx(1));
    CHECK(picker.probability(0) / picker.probability(9) == Approx(std::pow(10, exponent)));
  }
}

TEST_CASE("the first ranks are picked as often as they should be") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  quick_random random{seed};
  constexpr std::uint32_t picks = 1'000'000;
  for (const std::uint32_t keys : {100u, 100'000u}) {
    const zipf_picker picker{keys, 0.99};
    const auto counts = count_ranks(picker, random, keys, picks);
    for (const std::uint32_t rank : {0u, 1u}) { // these are exact: only chance is between
      const auto expected = picker.probability(rank) * picks;
      CHECK(std::abs(counts[rank] - expected) < 6 * std::sqrt(expected));
    }
    double first_ten = 0;
    double expected = 0;
    for (std::uint32_t rank = 0; rank < 10; ++rank) {
      first_ten += counts[rank];
      expected += picker.probability(rank) * picks;
    }
    CHECK(first_ten == Approx(expected).epsilon(0.1)); // the others are approximate, by the method
  }
}

TEST_CASE("each key has one rank") {
  for (const std::uint32_t keys : {1u, 2u, 3u, 10u, 1'000u, 99'991u, 100'000u}) {
    const zipf_picker picker{keys, 0.99};
    std::vector<bool> seen(keys);
    for (std::uint32_t rank = 0; rank < keys; ++rank)
      seen.at(picker.key_of(rank)) = true;
    CHECK(std::count(seen.begin(), seen.end(), true) == keys);
  }
}

TEST_CASE("popular keys are not neighbours") {
  const zipf_picker picker{1'000'000, 0.99};
  for (std::uint32_t rank = 1; rank < 10; ++rank) {
    const auto one = picker.key_of(rank - 1);
    const auto next = picker.key_of(rank);
    CHECK(std::max(one, next) - std::min(one, next) > 10'000);
  }
}

TEST_CASE("the same seed picks the same keys, another one others") {
  const zipf_picker picker{10'000, 0.9};
  const auto picks_of = [&](std::uint64_t seed) {
    quick_random random{seed};
    std::vector<std::uint32_t> picks;
    for (int pick = 0; pick < 100; ++pick)
      picks.push_back(picker.pick(random));
    return picks;
  };
  CHECK(picks_of(1) == picks_of(1));
  CHECK(picks_of(1) != picks_of(2));
}

TEST_CASE("few keys are picked without going beyond them") {
  for (const std::uint32_t keys : {1u, 2u, 3u}) {
    const zipf_picker picker{keys, 0.99};
    quick_random random{7};
    for (int pick = 0; pick < 1'000; ++pick)
      CHECK(picker.pick(random) < keys);
  }
}
