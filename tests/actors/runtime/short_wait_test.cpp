#include <cluster_store/actors/runtime/short_wait.hpp>

#include <thread>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using cluster_store::actors::short_wait;
using namespace cluster_store::tests;

namespace {

/// Waits for what another thread does only once more than `awake_max` is over.
void wait_long(short_wait& waiting) {
  std::atomic<int> done{0};
  std::thread slow{[&] {
    const auto late = std::chrono::steady_clock::now() + 2 * short_wait::awake_max;
    CHECK(wait_until([&] { return std::chrono::steady_clock::now() >= late; },
                     within(std::chrono::seconds{5})));
    done.store(1, std::memory_order_release);
    done.notify_one();
  }};
  waiting.wait(done);
  CHECK(done == 1);
  slow.join();
}

} // namespace

TEST_CASE("a wait for what is done already is short") {
  short_wait waiting;
  wait_long(waiting);
  const std::atomic<int> done{1};
  waiting.wait(done);
  CHECK(waiting.is_likely_short());
}

TEST_CASE("after a long wait the next one sleeps at once") {
  short_wait waiting;
  CHECK(waiting.is_likely_short());
  wait_long(waiting);
  CHECK_FALSE(waiting.is_likely_short());
  wait_long(waiting); // asleep from the start, and still woken
}
