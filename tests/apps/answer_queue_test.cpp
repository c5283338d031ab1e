#include <cluster_store/apps/cluster_store/answer_queue.hpp>

#include <algorithm>
#include <atomic>
#include <future>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using namespace std::chrono_literals;

namespace {

void append_ok(std::string& out, answer_key key) {
  append_flag(out, key, "done", true);
}

/// Where answers go, block by block.
struct sink {
  std::mutex mutex;
  std::string text;
  std::atomic<bool> open = true;

  std::function<bool(std::string_view)> writer() {
    return [this](std::string_view block) {
      const std::lock_guard lock{mutex};
      text += block;
      return open.load();
    };
  }

  std::size_t lines() {
    const std::lock_guard lock{mutex};
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

} // namespace

TEST_CASE("a lone answer is written at once") {
  sink to;
  answer_queue queue{{}, to.writer(), [] {}};
  const auto line = queue.admit(5, 10);
  REQUIRE(line);
  queue.answer(*line, append_ok);
  CHECK(tests::wait_until([&] { return to.lines() == 1; }, tests::within(10s)));
  CHECK(to.text == "{\"seq\":5,\"ok\":true,\"done\":true}\n");
  CHECK(queue.finish());
}

TEST_CASE("every line is answered once, whatever the limits") {
  pipe_limits limits;
  limits.lines_max = GENERATE(1U, 2U, 3U, 64U);
  limits.bytes_max = GENERATE(std::size_t{1}, std::size_t{1} << 20);
  constexpr std::uint64_t lines = 5'000;
  sink to;
  answer_queue queue{limits, to.writer(), [] {}};
  std::mutex mutex;
  std::vector<answer_queue::ticket> admitted;
  std::atomic<bool> ended = false;
  std::thread store{[&] {
    while (!ended) {
      std::vector<answer_queue::ticket> taken;
      {
        const std::lock_guard lock{mutex};
        taken.swap(admitted);
      }
      for (const auto line : taken)
        queue.answer(line, append_ok);
      std::this_thread::yield();
    }
  }};
  for (std::uint64_t seq = 0; seq < lines; ++seq) {
    if (seq % 3 == 0) {
      CHECK(queue.refuse({answer_key::kind::seq, seq}, {errc::unsupported, "no"}));
      continue;
    }
    const auto line = queue.admit(seq, 100);
    REQUIRE(line);
    const std::lock_guard lock{mutex};
    admitted.push_back(*line);
  }
  CHECK(queue.finish());
  ended = true;
  store.join();
  CHECK(to.lines() == lines);
  for (std::uint64_t seq = 0; seq < lines; seq += 97)
    CHECK(to.text.find("{\"seq\":" + std::to_string(seq) + ",") != std::string::npos);
}

TEST_CASE("a line waits while too many are under way") {
  pipe_limits limits;
  limits.lines_max = 2;
  sink to;
  answer_queue queue{limits, to.writer(), [] {}};
  const auto first = queue.admit(1, 1);
  REQUIRE(queue.admit(2, 1));
  auto third = std::async(std::launch::async, [&] { return queue.admit(3, 1); });
  CHECK(third.wait_for(20ms) == std::future_status::timeout);
  queue.answer(*first, append_ok);
  REQUIRE(third.wait_for(10s) == std::future_status::ready);
  CHECK(third.get());
}

TEST_CASE("a line waits while the bytes under way are too many, unless it is alone") {
  pipe_limits limits;
  limits.bytes_max = 100;
  sink to;
  answer_queue queue{limits, to.writer(), [] {}};
  const auto first = queue.admit(1, 1'000);
  REQUIRE(first);
  auto second = std::async(std::launch::async, [&] { return queue.admit(2, 1); });
  CHECK(second.wait_for(20ms) == std::future_status::timeout);
  queue.answer(*first, append_ok);
  REQUIRE(second.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("when nobody reads any more, waiting ends and answers go nowhere") {
  pipe_limits limits;
  limits.lines_max = 1;
  sink to;
  to.open = false;
  std::atomic<int> told = 0;
  answer_queue queue{limits, to.writer(), [&] { ++told; }};
  const auto first = queue.admit(1, 1);
  REQUIRE(first);
  queue.answer(*first, append_ok);
  CHECK(tests::wait_until([&] { return told == 1; }, tests::within(10s)));
  CHECK(tests::wait_until(
      [&] {
        return !queue.refuse({answer_key::kind::line, 2}, {errc::unsupported, ""});
      },
      tests::within(10s)));
  CHECK_FALSE(queue.admit(3, 1));
  CHECK_FALSE(queue.finish());
  CHECK(told == 1);
}
