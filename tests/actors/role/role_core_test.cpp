#include <cluster_store/actors/role/core.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::actors;
using namespace std::chrono_literals;

namespace {

const error nobody{errc::unavailable, "nobody listens"};

struct role_under_test {
  role_core core{[] { return std::uint64_t{20}; }}; // the middle of the jitter
  steady_time now{1h};

  /// @returns the effects so far, a letter each: Follow, Nobody, Take over, step Down, Master, Worker, None.
  std::string effects() {
    std::string out;
    for (const auto& each : core.take_effects()) {
      if (const auto* take = std::get_if<take_over>(&each))
        attempt = take->attempt;
      if (const auto* told = std::get_if<announce_none>(&each))
        reason = told->reason.message;
      const auto* role = std::get_if<announce_role>(&each);
      out += role != nullptr ? (role->master ? 'M' : 'W') : "FNTD-n"[each.index()];
    }
    return out;
  }

  std::uint64_t attempt = 0;
  std::string reason;
};

} // namespace

TEST_CASE("who finds a master is its worker, and tries to become it once it is gone") {
  role_under_test one;
  one.core.start();
  CHECK(one.effects() == "F");
  one.core.link_up(one.now);
  CHECK(one.effects() == "W");
  CHECK(one.core.is_worker());
  one.core.link_down(nobody, one.now);
  CHECK(one.effects() == "nNT");
  one.core.took_over(one.attempt, one.now);
  CHECK(one.effects() == "M");
  CHECK(one.core.is_master());
}

TEST_CASE("who finds nobody tries to become the master, and follows who was faster") {
  role_under_test one;
  one.core.start();
  one.core.link_down(nobody, one.now);
  CHECK(one.effects() == "FNT");
  one.core.not_taken(one.attempt, {errc::unavailable, "process 7 serves it"}, one.now);
  CHECK(one.effects() == "nF"); // the first time at once
  CHECK(one.reason == "process 7 serves it");
  one.core.link_up(one.now);
  CHECK(one.effects() == "W");
}

TEST_CASE("a master that will not have this process is no reason to become one") {
  for (const auto code : {errc::unauthorized, errc::version_mismatch, errc::overloaded, errc::not_admitted}) {
    role_under_test one;
    one.core.start();
    one.core.link_down({code, "go away"}, one.now);
    CHECK(one.effects() == "Fn");
    one.core.link_up(one.now);
    CHECK(one.effects() == "W");
    one.core.link_down({code, "go away"}, one.now);
    CHECK(one.effects() == "n");
    CHECK_FALSE(one.core.is_worker());
  }
}

TEST_CASE("while a stopped process has the lock, attempts become rare, and go on for ever") {
  role_under_test one;
  one.core.start();
  std::chrono::microseconds longest{0};
  int attempts = 0;
  const auto end = one.now + 60s;
  while (one.now < end) {
    one.core.link_down(nobody, one.now);
    REQUIRE(one.effects().find('T') != std::string::npos);
    one.core.not_taken(one.attempt, {errc::unavailable, "process 7 has the lock"}, one.now);
    std::ignore = one.effects();
    ++attempts;
    if (const auto due = one.core.next_wakeup()) {
      longest = std::max(longest, std::chrono::duration_cast<std::chrono::microseconds>(*due - one.now));
      one.core.tick(*due - 1us);
      CHECK(one.effects().empty());
      one.now = *due;
      one.core.tick(one.now);
      CHECK(one.effects() == "F");
    }
  }
  CHECK(longest == 2s);
  CHECK(attempts < 40);
}

TEST_CASE("a master that cannot go on steps down before it looks for another one") {
  role_under_test one;
  one.core.start();
  one.core.link_down(nobody, one.now);
  std::ignore = one.effects();
  one.core.took_over(one.attempt, one.now);
  CHECK(one.effects() == "M");
  one.core.master_failed({errc::unavailable, "others took the socket"});
  CHECK(one.effects() == "nD");
  one.core.link_up(one.now); // of a link that was left long ago
  CHECK(one.effects().empty());
  one.core.stepped_down(one.now);
  CHECK(one.effects() == "F");
}

TEST_CASE("a master that failed before it was known to be one steps down at once") {
  role_under_test one;
  one.core.start();
  one.core.link_down(nobody, one.now);
  std::ignore = one.effects();
  one.core.master_failed({errc::unavailable, "others took the socket"});
  CHECK(one.effects().empty());
  one.core.took_over(one.attempt, one.now);
  CHECK(one.effects() == "MnD");
  one.core.stepped_down(one.now);
  CHECK(one.effects() == "F");
  one.core.link_down(nobody, one.now);
  std::ignore = one.effects();
  one.core.took_over(one.attempt, one.now); // another attempt, which nothing is wrong with
  CHECK(one.effects() == "M");
}

TEST_CASE("outcomes of attempts that nobody waits for any more are ignored") {
  role_under_test one;
  one.core.took_over(0, one.now);
  one.core.not_taken(0, nobody, one.now);
  CHECK(one.effects().empty());
  one.core.start();
  one.core.link_down(nobody, one.now);
  CHECK(one.effects() == "FNT");
  one.core.took_over(one.attempt + 1, one.now);
  one.core.not_taken(one.attempt - 1, nobody, one.now);
  CHECK(one.effects().empty());
  one.core.not_taken(one.attempt, nobody, one.now);
  CHECK(one.effects() == "nF");
  one.core.took_over(one.attempt, one.now);
  CHECK(one.effects().empty());
}

TEST_CASE("the end of a role leaves nothing behind: no link, no server, no attempt that counts") {
  role_under_test follower;
  follower.core.start();
  follower.core.stop();
  CHECK(follower.effects() == "FN");
  role_under_test master;
  master.core.start();
  master.core.link_down(nobody, master.now);
  std::ignore = master.effects();
  master.core.took_over(master.attempt, master.now);
  master.core.stop();
  CHECK(master.effects() == "MD");
  role_under_test taking;
  taking.core.start();
  taking.core.link_down(nobody, taking.now);
  std::ignore = taking.effects();
  taking.core.stop();
  taking.core.took_over(taking.attempt, taking.now);
  CHECK(taking.effects().empty());
  CHECK_FALSE(taking.core.next_wakeup());
}
