// What fuzzing found and began with, in every build. Files named good-* must mean something to their target,
// bad-* must not; whatever they are called, every property must hold for them and for damage of them.

#include <random>

#include <cluster_store/tests/fuzz/corpus.hpp>
#include <cluster_store/tests/fuzz/targets.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store::fuzz;

namespace {

std::vector<corpus_entry> corpus_of(std::string_view target) {
  return read_corpus(CLUSTER_STORE_FUZZ_CORPUS, target);
}

/// A few changes of the kind libFuzzer makes.
std::string mutated(const std::vector<corpus_entry>& corpus, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  auto bytes = corpus[below(corpus.size())].bytes;
  for (auto changes = 1 + below(3); changes > 0 && bytes.size() > 1; --changes) {
    const auto place = 1 + below(bytes.size() - 1);
    const auto& other = corpus[below(corpus.size())].bytes;
    switch (below(5)) {
    case 0:
      bytes[place] = static_cast<char>(below(256));
      break;
    case 1:
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << below(8)));
      break;
    case 2:
      bytes.erase(place, 1 + below(4));
      break;
    case 3:
      bytes.insert(place, bytes, below(bytes.size()), 1 + below(8));
      break;
    default:
      bytes.replace(place, std::string::npos, other, std::min(other.size(), place), std::string::npos);
    }
  }
  return bytes;
}

} // namespace

TEST_CASE("every property holds for the committed inputs of every fuzz target") {
  for (const auto& target : targets) {
    const auto corpus = corpus_of(target.name);
    std::size_t good = 0;
    for (const auto& entry : corpus) {
      INFO(target.name << "/" << entry.name);
      const bool means_something = target.run(entry.bytes);
      good += means_something ? 1 : 0;
      if (entry.name.starts_with("good-"))
        CHECK(means_something);
      if (entry.name.starts_with("bad-"))
        CHECK_FALSE(means_something);
    }
    INFO(target.name);
    CHECK(good > 0);
    CHECK(good < corpus.size());
  }
}

TEST_CASE("every property holds for every truncation of the committed inputs") {
  for (const auto& target : targets)
    for (const auto& entry : corpus_of(target.name))
      for (std::size_t size = 0; size < entry.bytes.size(); ++size) {
        INFO(target.name << "/" << entry.name << ", the first " << size << " bytes");
        CHECK_NOTHROW(target.run(std::string{entry.bytes, 0, size}));
      }
}

TEST_CASE("every property holds for random damage of the committed inputs") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  for (const auto& target : targets) {
    const auto corpus = corpus_of(target.name);
    for (int round = 0; round < 3'000; ++round) {
      const auto bytes = mutated(corpus, random);
      INFO(target.name << ", round " << round);
      REQUIRE_NOTHROW(target.run(bytes));
    }
  }
}
