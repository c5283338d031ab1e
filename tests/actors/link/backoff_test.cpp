#include <cluster_store/actors/link/backoff.hpp>

#include <random>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::steady_time;
using cluster_store::actors::backoff;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t no_jitter = 20; // 80 % + 20 %

} // namespace

TEST_CASE("the first attempt after a loss is immediate, then delays double from 50 ms to 2 s") {
  backoff subject;
  const steady_time now{1h};
  std::vector<std::chrono::microseconds> delays;
  for (int attempt = 0; attempt < 9; ++attempt)
    delays.push_back(subject.next(now, no_jitter));
  CHECK(delays
        == std::vector<std::chrono::microseconds>{0ms, 50ms, 100ms, 200ms, 400ms, 800ms, 1600ms, 2s, 2s});
}

TEST_CASE("jitter keeps every delay within 20 percent") {
  const auto seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  backoff subject;
  const steady_time now{1h};
  for (int attempt = 0; attempt < 12; ++attempt)
    subject.next(now, random());
  std::chrono::microseconds shortest = 1h;
  std::chrono::microseconds longest = 0s;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto delay = subject.next(now, random());
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
  }
  CHECK(shortest == 1600ms);
  CHECK(longest == 2400ms);
}

TEST_CASE("a connection that was healthy for 10 s starts the delays over") {
  backoff subject;
  steady_time now{1h};
  for (int attempt = 0; attempt < 5; ++attempt)
    subject.next(now, no_jitter);
  subject.up(now);
  CHECK(subject.next(now + 9'999ms, no_jitter) == 800ms);
  subject.up(now + 10s);
  CHECK(subject.next(now + 20s, no_jitter) == 0ms);
}

TEST_CASE("many failures in a row never make a delay longer than 2 s") {
  backoff subject;
  const steady_time now{1h};
  for (int attempt = 0; attempt < 100'000; ++attempt)
    REQUIRE(subject.next(now, no_jitter) <= 2s);
}
