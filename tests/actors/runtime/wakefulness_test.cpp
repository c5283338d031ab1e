#include <cluster_store/actors/runtime/wakefulness_core.hpp>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::steady_time;
using cluster_store::actors::lost_slices;
using cluster_store::actors::wakefulness;
using namespace std::chrono_literals;

namespace {

/// A thread that expects something, with a manual clock.
struct waiter {
  wakefulness judge;
  steady_time now{1h};

  void wait(std::chrono::microseconds time) {
    judge.expect(now);
    now += time;
    judge.met(now);
    cluster_store::backends::invariants::check(judge);
  }

  void wait_shortly(unsigned times) {
    for (unsigned i = 0; i < times; ++i)
      wait(50us);
  }
};

} // namespace

TEST_CASE("a thread looks once several waits in turn were short") {
  waiter self;
  self.wait_shortly(wakefulness::short_min - 1);
  self.judge.expect(self.now);
  CHECK_FALSE(self.judge.is_awake(self.now));
  self.now += wakefulness::awake_max;
  self.judge.met(self.now);
  self.judge.expect(self.now);
  CHECK(self.judge.is_awake(self.now));
}

TEST_CASE("a thread that expects nothing sleeps") {
  waiter self;
  CHECK_FALSE(self.judge.is_awake(self.now));
  self.wait_shortly(wakefulness::short_min);
  CHECK_FALSE(self.judge.is_awake(self.now));
}

TEST_CASE("a thread that looks in vain sleeps after 200 microseconds") {
  waiter self;
  self.wait_shortly(wakefulness::short_min);
  self.judge.expect(self.now);
  self.now += wakefulness::awake_max;
  CHECK(self.judge.is_awake(self.now));
  self.now += 1us;
  CHECK_FALSE(self.judge.is_awake(self.now));
}

TEST_CASE("to expect again what is expected already makes nobody look longer") {
  waiter self;
  self.wait_shortly(wakefulness::short_min);
  self.judge.expect(self.now);
  self.now += wakefulness::awake_max + 1us;
  self.judge.expect(self.now);
  CHECK_FALSE(self.judge.is_awake(self.now));
}

TEST_CASE("after one long wait, several short ones are needed again") {
  waiter self;
  self.wait_shortly(10 * wakefulness::short_min);
  self.wait(wakefulness::awake_max + 1us);
  self.wait_shortly(wakefulness::short_min - 1);
  self.judge.expect(self.now);
  CHECK_FALSE(self.judge.is_awake(self.now));
}

TEST_CASE("a thread whose processor is wanted by others sleeps until something comes") {
  waiter self;
  self.wait_shortly(wakefulness::short_min);
  self.judge.expect(self.now);
  self.judge.offered(self.now, wakefulness::offer_max);
  CHECK(self.judge.is_awake(self.now));
  self.judge.offered(self.now, wakefulness::offer_max + 1us);
  CHECK_FALSE(self.judge.is_awake(self.now));
  self.judge.offered(self.now, 0us);
  CHECK_FALSE(self.judge.is_awake(self.now));

  self.now += 50us;
  self.judge.met(self.now);
  self.judge.expect(self.now);
  CHECK(self.judge.is_awake(self.now));
}

TEST_CASE("a thread that lost a time slice does not look for a while, however short its waits are") {
  waiter self;
  self.wait_shortly(wakefulness::short_min);
  self.judge.expect(self.now);
  self.now += 4ms;
  self.judge.offered(self.now, 4ms);
  self.judge.met(self.now);
  for (const auto end = self.now + lost_slices::pause_min; self.now < end;) {
    self.judge.expect(self.now);
    REQUIRE_FALSE(self.judge.is_awake(self.now));
    self.now += 50us;
    self.judge.met(self.now);
  }
  self.judge.expect(self.now);
  CHECK(self.judge.is_awake(self.now));
}

TEST_CASE("the pause after a lost time slice doubles while each offer after it is a loss again") {
  lost_slices lost;
  steady_time now{1h};
  auto pause = lost_slices::pause_min;
  for (int losses = 0; losses < 10; ++losses) {
    lost.offered(now, lost_slices::slice_min);
    cluster_store::backends::invariants::check(lost);
    CHECK(lost.pauses(now + pause - 1us));
    CHECK_FALSE(lost.pauses(now + pause));
    now += pause;
    pause = std::min(2 * pause, lost_slices::pause_max);
  }
  now += lost_slices::pause_max;
  lost.offered(now, 1s);
  CHECK_FALSE(lost.pauses(now + lost_slices::pause_min));
}

TEST_CASE("an offer that takes less than a time slice is no loss") {
  lost_slices lost;
  const steady_time now{1h};
  lost.offered(now, lost_slices::slice_min - 1us);
  CHECK_FALSE(lost.pauses(now));
}
