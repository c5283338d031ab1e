#include <cluster_store/tests/power/power_store.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/linearizability.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using syncing = backends::traits::syncing;

namespace {

// The long form: SYSTEM_TESTS_CUTS=200.
const std::size_t cuts = size_from_environment("SYSTEM_TESTS_CUTS", 20);

constexpr std::size_t unasked_min = 5; // so many commits that nobody was told of make it likely to be seen

/// What came of a store whose power was cut so often.
struct survival {
  power_figures figures;
  verdict seen_by_clients;
};

survival survive(const power_options& how) {
  INFO("SYSTEM_TESTS_SEED=" << how.seed);
  power_store store{how};
  while (store.figures().cuts < cuts || (how.forgets && store.figures().unasked < unasked_min))
    store.live();
  store.read_all();
  const auto figures = store.figures();
  if (cuts >= 200)
    WARN(figures.text());
  return {figures, check_history(store.calls())};
}

} // namespace

TEST_CASE(
    "with sync=always a power cut loses nothing acknowledged, tears nothing and has nothing applied twice") {
  const auto seed = random_seed();
  const auto [figures, seen] = survive({.sync = syncing::always, .seed = seed});
  INFO("SYSTEM_TESTS_SEED=" << seed << ", " << figures.text());
  INFO(seen.why.substr(0, 4'000));
  CHECK(seen.linearizable);
  CHECK(figures.lost == 0);
  CHECK(figures.resent != 0);
}

TEST_CASE("with sync=interval a power cut takes only the end of what came after the last sync") {
  const auto seed = random_seed();
  const auto figures = survive({.sync = syncing::interval, .seed = seed}).figures;
  INFO("SYSTEM_TESTS_SEED=" << seed << ", " << figures.text());
  CHECK(figures.lost != 0);
}

TEST_CASE("with sync=never power cuts lose acknowledged writes, from the end, and these tests notice") {
  const auto seed = random_seed();
  const auto [figures, seen] = survive({.sync = syncing::never, .seed = seed});
  INFO("SYSTEM_TESTS_SEED=" << seed << ", " << figures.text());
  CHECK(figures.lost != 0);
  CHECK_FALSE(seen.linearizable);
}

TEST_CASE("without its client rows a store applies twice what is sent again after a power cut, and these "
          "tests notice") {
  const auto seed = random_seed();
  const auto [figures, seen] = survive({.sync = syncing::always, .forgets = true, .seed = seed});
  INFO("SYSTEM_TESTS_SEED=" << seed << ", " << figures.text());
  CHECK(figures.lost == 0);
  CHECK_FALSE(seen.linearizable);
}
