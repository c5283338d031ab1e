#include <functional>
#include <future>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// Closes the handle in a callback. @returns how long that took.
std::chrono::milliseconds close_in_callback(client& store) {
  std::promise<std::chrono::milliseconds> closed;
  store.set("a", "x", {}, [&](const result<version_number>& answer) {
    CHECK(answer);
    const auto start = std::chrono::steady_clock::now();
    store.close();
    closed.set_value(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start));
  });
  return closed.get_future().get();
}

} // namespace

TEST_CASE("a handle that owns its store can be closed in a callback, which does not wait for the store") {
  const temporary_directory where;
  options how;
  how.where = *parse_endpoint("unix:" + (where / "store.sock"));
  for (const auto mode : {mode::standalone, mode::master}) {
    how.mode = mode;
    auto store = cluster_store::open(how).value();
    CHECK(close_in_callback(store) < slowness * 500ms);
    store = {};
    // A master lets its endpoint go before it ends.
    CHECK(wait_until([&] { return cluster_store::open(how).has_value(); }, within(10s)));
  }
}

TEST_CASE("a callback that tries again at once does not keep its handle from a master that comes back") {
  const temporary_directory where;
  server_options master;
  master.stores = {{}};
  master.listen = {*parse_endpoint("unix:" + (where / "store.sock"))};
  auto first = serve(master).value();
  options how;
  how.mode = mode::worker;
  how.where = master.listen.front();
  how.unavailable_after = 50ms;
  how.calls.timeout = slowness * 500ms;
  auto store = cluster_store::open(how).value();
  std::atomic<int> refused{0};
  std::promise<void> found;
  std::function<void(result<std::optional<session>>)> again =
      [&](const result<std::optional<session>>& answer) {
        if (answer)
          return found.set_value();
        ++refused;
        store.get("a", again);
      };
  first.stop();
  first = {};
  CHECK(wait_until([&] { return !store.status().connected; }, within(10s)));
  store.get("a", again);
  CHECK(wait_until([&] { return refused > 1'000; }, within(10s)));
  auto second = serve(master).value();
  CHECK(found.get_future().wait_for(slowness * 10s) == std::future_status::ready);
  store.close();
}
