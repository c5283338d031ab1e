#include <cluster_store/backends/rocksdb/recent_sessions.hpp>

#include <map>
#include <random>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/test_sizes.hpp>

using cluster_store::backends::invariants;
using cluster_store::backends::recent_sessions;
using cluster_store::backends::stored_session;
using cluster_store::tests::random_seed;

namespace {

constexpr std::size_t room = 64 * 1024;

std::string name(std::size_t number) {
  return "session " + std::to_string(number);
}

std::size_t kept_of(recent_sessions& recent, std::size_t sessions) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < sessions; ++i)
    kept += recent.find(name(i)) ? 1 : 0;
  return kept;
}

} // namespace

TEST_CASE("a session that was put is found until it is replaced or erased") {
  recent_sessions recent{room};
  CHECK_FALSE(recent.find("a"));
  recent.put(stored_session("a", "one"));
  REQUIRE(recent.find("a"));
  CHECK(recent.find("a").id() == "a");
  CHECK(recent.find("a").record() == "one");
  recent.put(stored_session("a", "two"));
  CHECK(recent.find("a").record() == "two");
  recent.erase("a");
  CHECK_FALSE(recent.find("a"));
  recent.erase("a");
  CHECK(recent.bytes() == 0);
}

TEST_CASE("a session that somebody has a copy of lives on when it is replaced, erased or cleared") {
  recent_sessions recent{room};
  recent.put(stored_session("a", "one"));
  const auto one = recent.find("a");
  recent.put(stored_session("a", "two"));
  const auto two = recent.find("a");
  recent.clear();
  CHECK(one.record() == "one");
  CHECK(two.record() == "two");
  CHECK(recent.bytes() == 0);
}

TEST_CASE("however many sessions are put, no more than the bytes allowed are kept") {
  recent_sessions recent{room};
  for (std::size_t i = 0; i < 1'000; ++i) {
    recent.put(stored_session(name(i), std::string(i % 500, 'x')));
    REQUIRE(recent.bytes() <= room);
    REQUIRE(recent.find(name(i)));
  }
  CHECK(kept_of(recent, 1'000) > 50);
}

TEST_CASE("a session that grows makes room as a new one does") {
  recent_sessions recent{room};
  for (std::size_t i = 0; i < 300; ++i)
    recent.put(stored_session(name(i), "small"));
  for (std::size_t i = 0; i < 300; ++i) {
    recent.put(stored_session(name(i), std::string(2'000, 'x')));
    REQUIRE(recent.bytes() <= room);
    invariants::check(recent);
  }
}

TEST_CASE("sessions that are used outlive many that are not") {
  recent_sessions recent{room};
  for (std::size_t i = 0; i < 10; ++i)
    recent.put(stored_session(name(i), "used again and again"));
  for (std::size_t i = 10; i < 5'000; ++i) {
    recent.put(stored_session(name(i), "used once"));
    REQUIRE(kept_of(recent, 10) == 10);
  }
}

TEST_CASE("a session larger than a sixteenth of the room is not kept, nor is what it replaces") {
  recent_sessions recent{room};
  recent.put(stored_session("a", "small"));
  recent.put(stored_session("a", std::string(room / 16, 'x')));
  CHECK_FALSE(recent.find("a"));
  CHECK(recent.bytes() == 0);
}

TEST_CASE("what is kept is always the newest") {
  const auto seed = random_seed();
  INFO("SYSTEM_TESTS_SEED=" << seed);
  std::mt19937_64 random{seed};
  recent_sessions recent{room};
  std::map<std::string, std::string> newest;
  for (int step = 0; step < 20'000; ++step) {
    const auto id = name(random() % 600);
    if (random() % 1'000 == 0) {
      recent.clear();
      newest.clear();
    } else if (random() % 4 == 0) {
      recent.erase(id);
      newest.erase(id);
    } else if (random() % 2 == 0) {
      newest[id] = std::string(random() % 300, static_cast<char>('a' + random() % 26));
      recent.put(stored_session(id, newest[id]));
    } else if (const auto found = recent.find(id)) {
      REQUIRE(newest.contains(id));
      REQUIRE(found.record() == newest[id]);
    }
    REQUIRE(recent.bytes() <= room);
    invariants::check(recent);
  }
}
