#include <cluster_store/actors/link/core.hpp>

#include <random>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using namespace cluster_store;
using namespace std::chrono_literals;

namespace {

/// A link core with a clock that stands still, and a line of what it wanted: `o`pen, `c`lose, `b`eat, `u`p,
/// `d`own.
struct link_fixture {
  void collect() {
    backends::invariants::check(core);
    for (auto& each : core.take_effects()) {
      if (auto* open = std::get_if<actors::open_connection>(&each))
        wanted += 'o', attempt = open->attempt;
      else if (auto* down = std::get_if<actors::announce_down>(&each))
        wanted += 'd', reasons.push_back(down->reason);
      else
        wanted += std::holds_alternative<actors::close_connection>(each) ? 'c'
                  : std::holds_alternative<actors::send_beat>(each)      ? 'b'
                                                                         : 'u';
    }
  }

  void start() {
    core.start();
    collect();
  }

  void connected() {
    core.connected(attempt, now);
    collect();
  }

  void failed(errc code = errc::unavailable) {
    core.failed(attempt, {code, "no"}, now);
    collect();
  }

  void wait(std::chrono::milliseconds passed) {
    now += passed;
    core.tick(now);
    collect();
  }

  steady_time now{1h};
  std::string wanted;
  std::vector<error> reasons;
  std::uint64_t attempt = 0;
  actors::link_core core{[] { return std::uint64_t{20}; }}; // no jitter
};

} // namespace

TEST_CASE("a link connects at once and tells when it is up") {
  link_fixture t;
  t.start();
  CHECK(t.wanted == "o");
  CHECK_FALSE(t.core.is_up());
  t.connected();
  CHECK(t.wanted == "ou");
  CHECK(t.core.is_up());
}

TEST_CASE("failed attempts are announced and repeated with back-off, also those that waiting will not mend") {
  link_fixture t;
  t.start();
  t.failed();
  CHECK(t.wanted == "odo");
  t.failed(errc::unauthorized);
  CHECK(t.wanted == "odod");
  CHECK(t.reasons.back().code == errc::unauthorized);
  CHECK(t.core.next_wakeup() == t.now + 50ms);
  t.wait(49ms);
  CHECK(t.wanted == "odod");
  t.wait(1ms);
  CHECK(t.wanted == "ododo");
}

TEST_CASE("a heartbeat goes out every 2 s") {
  link_fixture t;
  t.start();
  t.connected();
  for (int beat = 0; beat < 5; ++beat) {
    REQUIRE(t.core.next_wakeup() == t.now + 2s);
    t.wait(2s);
    t.core.beat_answered(t.attempt);
  }
  CHECK(t.wanted == "oubbbbb");
}

TEST_CASE("a master that is silent for 6 s is left and called again") {
  link_fixture t;
  t.start();
  t.connected();
  t.wait(2s);
  t.core.beat_answered(t.attempt);
  t.wait(2s);
  t.wait(2s);
  CHECK(t.wanted == "oubbb");
  t.wait(2s);
  CHECK(t.wanted == "oubbbcdo");
  CHECK(t.reasons.back().code == errc::unavailable);
}

TEST_CASE("after a pause of this process itself the other one is asked, not left") {
  link_fixture t;
  t.start();
  t.connected();
  t.wait(10min);
  CHECK(t.wanted == "oub");
}

TEST_CASE("an answer over a former connection says nothing of this one") {
  link_fixture t;
  t.start();
  t.connected();
  const auto former = t.attempt;
  t.core.lost({errc::unavailable, "cut"}, t.now);
  t.collect();
  t.connected();
  t.wait(2s);
  t.core.beat_answered(former);
  t.wait(2s);
  t.wait(2s);
  CHECK(t.wanted == "oucdoubbcd");
  t.wait(50ms);
  CHECK(t.wanted == "oucdoubbcdo");
}

TEST_CASE("a heartbeat that a former connection did not answer does not count against this one") {
  link_fixture t;
  t.start();
  t.connected();
  t.wait(2s);
  t.core.lost({errc::unavailable, "cut"}, t.now);
  t.collect();
  t.connected();
  t.wait(2s);
  t.wait(2s);
  CHECK(t.wanted == "oubcdoubb");
  CHECK(t.core.is_up());
}

TEST_CASE("the outcome of an old attempt is ignored") {
  link_fixture t;
  t.start();
  t.failed();
  t.core.connected(1, t.now);
  t.collect();
  CHECK_FALSE(t.core.is_up());
  t.connected();
  CHECK(t.core.is_up());
}

TEST_CASE("a connection that is lost twice is announced once") {
  link_fixture t;
  t.start();
  t.connected();
  t.core.lost({errc::unavailable, "cut"}, t.now);
  t.core.lost({errc::unavailable, "cut"}, t.now);
  t.collect();
  CHECK(t.wanted == "oucdo");
}

TEST_CASE("a stopped link closes its connection and wants nothing more") {
  link_fixture t;
  t.start();
  t.connected();
  t.core.stop();
  t.core.lost({errc::unavailable, "cut"}, t.now);
  t.wait(10s);
  t.core.start();
  t.collect();
  CHECK(t.wanted == "ouc");
  CHECK(t.core.next_wakeup() == std::nullopt);
}

TEST_CASE(
    "whatever comes in whatever order, a link is consistent, and the proxies hear of every change once") {
  const auto seed = tests::random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  std::mt19937_64 random{seed};
  link_fixture t;
  t.start();
  for (int step = 0; step < 20'000; ++step) {
    const auto attempt = t.attempt - std::min(t.attempt, random() % 3); // perhaps an old one
    const error why{errc::unavailable, "no"};
    switch (random() % 6) {
    case 0:
      t.core.connected(attempt, t.now);
      break;
    case 1:
      t.core.failed(attempt, why, t.now);
      break;
    case 2:
      t.core.beat_answered(attempt);
      break;
    case 3:
      if (random() % 10 == 0)
        t.core.lost(why, t.now);
      break;
    default:
      t.now += std::chrono::milliseconds(random() % 3'000);
      t.core.tick(t.now);
    }
    backends::invariants::check(t.core);
    if (random() % 3 == 0)
      t.collect();
  }
  t.core.stop();
  t.collect();
  bool up = false;
  for (const auto what : t.wanted) {
    if (what == 'u' || what == 'c')
      REQUIRE(std::exchange(up, what == 'u') == (what == 'c'));
    else
      REQUIRE((what != 'b' || up));
  }
  CHECK_FALSE(up);
}
