#include <cluster_store/apps/cluster_store/pipe/pipe.hpp>

#include <atomic>
#include <future>
#include <string>

#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace cluster_store::apps;
using namespace std::chrono_literals;

TEST_CASE("the longest sessions, six times as long when written, reach a slow reader one after the other") {
  constexpr std::size_t longest = 16 * 1024 * 1024;
  options how;
  how.store.limits.data_bytes_max = longest;
  how.queue.bytes_max = 4 * longest;
  how.calls.timeout = 10s;
  auto store = cluster_store::open(how);
  REQUIRE(store);
  REQUIRE(store->set("plain", std::string(longest, 'x')));
  REQUIRE(store->set("escaped", std::string(longest, '\x01')));
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  std::atomic<int> good = 0;
  std::atomic<std::size_t> bytes_max = 0;
  apps::pipe lines{*store,
                   {},
                   [&](std::string_view block) { // each of them has a block of its own
                     opened.wait();
                     good += block.substr(0, 64).find("\"ok\":true") != std::string_view::npos ? 1 : 0;
                     bytes_max = std::max(bytes_max.load(), block.size());
                     return true;
                   },
                   [] {}};
  std::string input;
  for (int number = 0; number < 10; ++number)
    input += "{\"seq\":" + std::to_string(number) + ",\"op\":\"get\",\"id\":\""
             + (number % 2 == 0 ? "plain" : "escaped") + "\"}\n";
  auto feeding = std::async(std::launch::async, [&] { return lines.feed(input); });
  CHECK(feeding.wait_for(500ms) == std::future_status::timeout);
  gate.set_value();
  CHECK(feeding.get());
  CHECK(lines.finish());
  CHECK(good == 10);
  CHECK(bytes_max > 6 * longest);
  store->close();
}
