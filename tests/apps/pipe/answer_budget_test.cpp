#include <cluster_store/apps/cluster_store/pipe/answer_budget.hpp>

#include <deque>
#include <random>

#include <cluster_store/tests/support/catch.hpp>

using cluster_store::apps::answer_budget;
using kind = answer_budget::kind;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t bound = 64 * mebibyte;

/// Lets lines out as long as there is room. @returns how many went.
std::size_t let_out(answer_budget& budget, std::size_t lines_max = 1'024) {
  std::size_t lines = 0;
  for (; lines < lines_max && budget.has_room(budget.estimate(kind::session)); ++lines)
    budget.reserve(budget.estimate(kind::session));
  return lines;
}

} // namespace

TEST_CASE("before anything is known each session may be the longest that any store allows") {
  answer_budget budget{bound};
  CHECK(let_out(budget) == 4);
}

TEST_CASE("one short answer is enough to let many lines out") {
  answer_budget budget{bound};
  const auto reserved = budget.estimate(kind::session);
  budget.reserve(reserved);
  CHECK(budget.take(kind::session, reserved, 100));
  CHECK(let_out(budget) == 1'024);
}

TEST_CASE("a long answer is remembered for a while, and forgotten") {
  answer_budget budget{bound};
  const auto answer = [&](std::size_t bytes) {
    const auto reserved = budget.estimate(kind::session);
    budget.reserve(reserved);
    CHECK(budget.take(kind::session, reserved, bytes));
    budget.release(bytes);
  };
  answer(mebibyte);
  for (int count = 0; count < 60; ++count)
    answer(100);
  CHECK(budget.estimate(kind::session) == mebibyte);
  for (int count = 0; count < 100; ++count)
    answer(100);
  CHECK(budget.estimate(kind::session) == answer_budget::small_bytes_max);
}

TEST_CASE("what is alone fits, however long it is") {
  answer_budget budget{100};
  REQUIRE(budget.has_room(1'000));
  budget.reserve(1'000);
  CHECK_FALSE(budget.has_room(1));
  CHECK(budget.take(kind::session, 1'000, 5'000));
  CHECK_FALSE(budget.has_room(0));
  budget.release(5'000);
  CHECK(budget.used_bytes() == 0);
}

TEST_CASE("what is small, such as a failure, is kept, and counts") {
  answer_budget budget{100};
  budget.reserve(90);
  CHECK(budget.take(kind::small, 90, 200));
  CHECK(budget.used_bytes() == 200);
  CHECK_FALSE(budget.has_room(1));
}

TEST_CASE("whatever the sizes of sessions are, the bound holds, and every answer finds room in the end") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  answer_budget budget{bound};
  struct line {
    std::size_t bytes;
    std::size_t reserved;
  };
  std::deque<line> out;
  std::deque<line> dropped;
  std::deque<std::size_t> unwritten;
  std::size_t answered = 0;
  std::size_t issued = 0;
  constexpr std::size_t lines = 20'000;
  for (std::size_t step = 0; answered < lines; ++step) {
    REQUIRE(step < 20 * lines);
    if (const auto what = random() % 3; what == 0 && !out.empty()) {
      std::swap(out.front(), out[random() % out.size()]);
      const auto done = out.front();
      out.pop_front();
      if (budget.take(kind::session, done.reserved, done.bytes))
        unwritten.push_back(done.bytes);
      else
        dropped.push_back({done.bytes, 0});
    } else if (what == 1 && !unwritten.empty()) {
      budget.release(unwritten.front());
      unwritten.pop_front();
      ++answered;
    } else if (!dropped.empty()) {
      if (budget.has_room(dropped.front().bytes)) {
        budget.reserve(dropped.front().bytes);
        out.push_back({dropped.front().bytes, dropped.front().bytes});
        dropped.pop_front();
      }
    } else if (issued < lines && budget.has_room(budget.estimate(kind::session))) {
      const bool large = issued / 500 % 2 == 1 || random() % 100 == 0;
      out.push_back({large ? random() % (20 * mebibyte) : random() % 500, budget.estimate(kind::session)});
      budget.reserve(out.back().reserved);
      ++issued;
    }
    std::size_t held = 0;
    for (const auto bytes : unwritten)
      held += bytes;
    REQUIRE(held <= bound);
    REQUIRE(budget.used_bytes() <= bound);
    budget.check_invariants();
  }
  CHECK(budget.used_bytes() == 0);
}
