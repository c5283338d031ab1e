#include <cluster_store/apps/cluster_store/pipe/answer_queue.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using namespace std::chrono_literals;

namespace {

answer_key numbered(std::uint64_t seq) {
  return {answer_key::kind::seq, seq};
}

void append_ok(std::string& out, answer_key key) {
  append_answer(out, key, true, "done");
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
  const auto line = queue.admit(numbered(5), 10);
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
      CHECK(queue.refuse(numbered(seq), {errc::unsupported, "no"}));
      continue;
    }
    const auto line = queue.admit(numbered(seq), 100);
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
  const auto first = queue.admit(numbered(1), 1);
  REQUIRE(queue.admit(numbered(2), 1));
  auto third = std::async(std::launch::async, [&] { return queue.admit(numbered(3), 1); });
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
  const auto first = queue.admit(numbered(1), 1'000);
  REQUIRE(first);
  auto second = std::async(std::launch::async, [&] { return queue.admit(numbered(2), 1); });
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
  const auto first = queue.admit(numbered(1), 1);
  REQUIRE(first);
  queue.answer(*first, append_ok);
  CHECK(tests::wait_until([&] { return told == 1; }, tests::within(10s)));
  CHECK(tests::wait_until(
      [&] {
        return !queue.refuse({answer_key::kind::line, 2}, {errc::unsupported, ""});
      },
      tests::within(10s)));
  CHECK_FALSE(queue.admit(numbered(3), 1));
  CHECK_FALSE(queue.finish());
  CHECK(told == 1);
}

TEST_CASE("answers that find no room are dropped and asked for again, and every line is answered once") {
  const std::size_t content = GENERATE(std::size_t{10'000}, std::size_t{100'000});
  pipe_limits limits;
  limits.answer_bytes_max = 5 * content + 5'000;
  sink to;
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  std::atomic<std::size_t> sent = 0;
  answer_queue* self = nullptr;
  const auto answer_with = [&](answer_queue::ticket line, std::size_t bytes) {
    const session found{std::string(bytes, 'x'), 1, {}};
    self->answer(
        line, [&](std::string& out, answer_key key) { append_answer(out, key, std::optional{found}); },
        bytes);
  };
  answer_queue queue{limits,
                     [&](std::string_view block) {
                       opened.wait();
                       return to.writer()(block);
                     },
                     [] {},
                     [&](answer_queue::ticket line) {
                       ++sent;
                       answer_with(line, content);
                     }};
  self = &queue;
  answer_with(*queue.admit(numbered(0), 1, answer_queue::kind::session),
              1); // so that long ones are not expected
  std::vector<answer_queue::ticket> lines;
  for (std::uint64_t seq = 1; seq <= 20; ++seq)
    lines.push_back(*queue.admit(numbered(seq), 1, answer_queue::kind::session));
  for (const auto line : lines)
    answer_with(line, content);
  CHECK(sent == 0);
  gate.set_value();
  CHECK(queue.finish());
  CHECK(sent >= 15);
  CHECK(to.lines() == 21);
  for (std::uint64_t seq = 0; seq <= 20; ++seq)
    CHECK(to.text.find("{\"seq\":" + std::to_string(seq) + ",") != std::string::npos);
}

TEST_CASE("a read that unexpected answers held up until its deadline is sent again, another one has failed") {
  sink to;
  std::atomic<int> sent = 0;
  answer_queue* self = nullptr;
  pipe_limits limits;
  limits.answer_bytes_max = 40'000;
  answer_queue queue{limits, to.writer(), [] {},
                     [&](answer_queue::ticket line) {
                       ++sent;
                       self->answer(line, append_ok, 1);
                     }};
  self = &queue;
  const auto first = queue.admit(numbered(1), 1, answer_queue::kind::session);
  queue.fail(*first, {errc::deadline_exceeded, "late"});
  CHECK(tests::wait_until([&] { return to.lines() == 1; }, tests::within(10s)));
  CHECK(to.text.find("deadline_exceeded") != std::string::npos);
  queue.answer(*queue.admit(numbered(2), 1, answer_queue::kind::session), append_ok, 1);
  const auto slow = queue.admit(numbered(3), 1, answer_queue::kind::session);
  const auto long_one = queue.admit(numbered(4), 1, answer_queue::kind::session);
  queue.answer(
      *long_one, [](std::string& out, answer_key) { out += "no room"; }, 50'000);
  queue.fail(*slow, {errc::deadline_exceeded, "late"});
  CHECK(queue.finish());
  CHECK(sent == 2);
  CHECK(to.lines() == 4);
  CHECK(to.text.find("no room") == std::string::npos);
}
