#include <cluster_store/actors/store/restart_window.hpp>

#include <random>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace std::chrono_literals;

TEST_CASE("restarts are delayed by 100 ms, then twice as long each time") {
  actors::restart_window window;
  steady_time now{1h};
  CHECK(window.ended(now) == 100ms);
  CHECK(window.ended(now) == 200ms);
  CHECK(window.ended(now) == 400ms);
  CHECK_FALSE(window.exceeded());
}

TEST_CASE("a child that has run well for the period starts anew at 100 ms") {
  actors::restart_window window;
  steady_time now{1h};
  window.ended(now);
  window.ended(now);
  CHECK(window.ended(now + 30s) == 100ms);
}

TEST_CASE("beyond five restarts in 30 s the next try comes after 30 s") {
  actors::restart_window window;
  steady_time now{1h};
  for (int i = 0; i < 5; ++i)
    CHECK(window.ended(now) < 30s);
  for (int i = 0; i < 1'000; ++i)
    CHECK(window.ended(now) == 30s);
  CHECK(window.exceeded());
  CHECK(window.ended(now + 30s) == 100ms);
  CHECK_FALSE(window.exceeded());
}

TEST_CASE("the delay never exceeds its maximum") {
  actors::restart_window::settings how;
  how.restarts_max = 100;
  actors::restart_window window{how};
  steady_time now{1h};
  std::chrono::milliseconds last{};
  for (int i = 0; i < 100; ++i)
    last = window.ended(now);
  CHECK(last == 10s);
}

TEST_CASE("whenever a child ends, only its ends within the period count, and few are remembered") {
  const auto seed = tests::random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  std::mt19937_64 random{seed};
  actors::restart_window window;
  steady_time now{1h};
  for (int end = 0; end < 10'000; ++end) {
    now += std::chrono::milliseconds(random() % (random() % 10 == 0 ? 60'000 : 10'000));
    const auto delay = window.ended(now);
    CHECK((window.exceeded() ? delay == 30s : 100ms <= delay && delay <= 10s));
    backends::invariants::check(window);
  }
}
