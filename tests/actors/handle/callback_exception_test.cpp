#include <atomic>
#include <future>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/actors/handle/thrown_things.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// A callback that counts its calls and then throws.
template <class T>
client::callback<T> throwing(const std::function<void()>& thrower, std::atomic<int>& calls) {
  return [&](result<T>) {
    ++calls;
    thrower();
  };
}

/// Every operation once. @returns how many that were.
int call_everything(client& store, const std::function<void()>& thrower, std::atomic<int>& calls) {
  store.set("a", "x", {}, throwing<version_number>(thrower, calls));
  store.get("a", throwing<std::optional<session>>(thrower, calls));
  store.touch("a", {}, throwing<bool>(thrower, calls));
  store.regenerate("a", "b", throwing<std::optional<version_number>>(thrower, calls));
  store.destroy("b", throwing<bool>(thrower, calls));
  store.all({}, throwing<listing>(thrower, calls));
  store.length(throwing<std::uint64_t>(thrower, calls));
  store.clear(throwing<std::uint64_t>(thrower, calls));
  return 8;
}

} // namespace

TEST_CASE("what an operation's callback throws is counted, and neither the handle nor the process ends") {
  auto store = cluster_store::open({}).value();
  std::atomic<int> calls{0};
  int expected = 0;
  for (const auto& thrower : throwers) {
    expected += call_everything(store, thrower, calls);
    REQUIRE(wait_until([&] { return calls == expected; }, within(10s)));
    REQUIRE(store.set("still", "here").has_value());
    REQUIRE(store.clear().value() == 1);
  }
  CHECK(store.status().callback_exceptions == static_cast<std::uint64_t>(expected));
  CHECK(store.status().connects == 1);
}

TEST_CASE("a callback that throws when its operation is refused at once does not throw at the caller") {
  auto store = cluster_store::open({}).value();
  std::atomic<int> calls{0};
  for (const auto& thrower : throwers)
    store.get("", throwing<std::optional<session>>(thrower, calls));
  store.close();
  for (const auto& thrower : throwers)
    call_everything(store, thrower, calls);
  CHECK(calls == 5 + 5 * 8);
  CHECK(store.status().callback_exceptions == 5 + 5 * 8);
}

TEST_CASE("callbacks that throw while a handle ends with calls in flight are all called") {
  for (const auto& thrower : throwers) {
    auto store = cluster_store::open({}).value();
    std::atomic<int> calls{0};
    for (int i = 0; i < 1'000; ++i)
      store.set(std::to_string(i), "x", {}, throwing<version_number>(thrower, calls));
    store.close();
    CHECK(wait_until([&] { return calls == 1'000; }, within(10s)));
  }
}

TEST_CASE("what on_connect and on_disconnect throw does not end the handle, and they stay paired") {
  for (const auto& thrower : throwers) {
    std::atomic<int> connects{0};
    std::atomic<int> disconnects{0};
    options how;
    how.on_connect = [&] {
      ++connects;
      thrower();
    };
    how.on_disconnect = [&](const error&) {
      ++disconnects;
      thrower();
    };
    auto store = cluster_store::open(how).value();
    REQUIRE(store.set("a", "x").has_value());
    CHECK(connects == 1);
    CHECK(store.status().callback_exceptions == 1);
    store.close();
    CHECK(disconnects == 1);
    CHECK(store.status().callback_exceptions == 2);
  }
}

TEST_CASE("an empty callback means that nobody wants the answer: the operation is applied") {
  auto store = cluster_store::open({}).value();
  store.set("a", "x", {}, nullptr);
  store.get("a", nullptr);
  store.get("", nullptr);
  store.touch("a", {}, nullptr);
  store.regenerate("a", "b", nullptr);
  store.destroy("c", nullptr);
  store.all({}, nullptr);
  store.length(nullptr);
  CHECK(store.get("b").value()->data == "x");
  store.clear(nullptr);
  CHECK(store.length().value() == 0);
  CHECK(store.status().callback_exceptions == 0);
}

TEST_CASE("a blocking call in a callback is refused at once instead of waiting for itself") {
  auto store = cluster_store::open({}).value();
  std::promise<result<std::optional<session>>> inner;
  store.set("a", "x", {}, [&](const result<version_number>&) { inner.set_value(store.get("a")); });
  auto answer = inner.get_future();
  REQUIRE(answer.wait_for(slowness * 2s) == std::future_status::ready);
  CHECK(answer.get().error().code == errc::invalid_argument);
  CHECK(store.get("a").has_value());
}
