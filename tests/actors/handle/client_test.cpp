#include <cluster_store/actors/client.hpp>

#include <thread>

#include <cluster_store/tests/actors/proxy/model_master.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

template <class T>
std::optional<errc> code_of(const result<T>& what) {
  return what ? std::nullopt : std::optional{what.error().code};
}

} // namespace

TEST_CASE("what was set is read back, blocking, with a future and with a callback") {
  model_master master;
  auto store = master.open().value();
  CHECK(store.set("a", "blocking").value() == 1);
  CHECK(store.set_async("b", "future").get().value() == 2);
  std::promise<result<version_number>> called;
  store.set("c", "callback", {}, [&](result<version_number> answer) { called.set_value(std::move(answer)); });
  CHECK(called.get_future().get().value() == 3);
  CHECK(store.get("a").value()->data == "blocking");
  CHECK(store.get_async("b").get().value()->data == "future");
  std::promise<result<std::optional<session>>> read;
  store.get("c", [&](result<std::optional<session>> answer) { read.set_value(std::move(answer)); });
  CHECK(read.get_future().get().value()->data == "callback");
  CHECK_FALSE(store.get("nothing").value());
}

TEST_CASE("bad arguments are refused at once, without a word to the store") {
  model_master master;
  auto store = master.open().value();
  CHECK(code_of(store.get("")) == errc::invalid_argument);
  CHECK(code_of(store.get(std::string(513, 'x'))) == errc::too_large);
  CHECK(code_of(store.set("a", std::string(1024 * 1024 + 1, 'x'))) == errc::too_large);
  CHECK(code_of(store.set("a", "", {.ttl = ttl_max + 1ms})) == errc::invalid_argument);
  CHECK(code_of(store.set("a", "", {.seen = 1, .if_version = 1})) == errc::invalid_argument);
  CHECK(code_of(store.regenerate("a", "")) == errc::unsupported);
  CHECK(code_of(store.length()) == errc::unsupported);
  CHECK(master.with_state([](master_state& state) { return state.store.applied().empty(); }));
}

TEST_CASE("capabilities are known when the handle is handed out") {
  model_master master;
  auto store = master.open().value();
  CHECK_FALSE(store.capabilities().all);
  CHECK_FALSE(store.capabilities().clear);
  CHECK(store.status().connected);
  CHECK(store.status().connects == 1);
}

TEST_CASE("calls of many threads are all answered, each applied once") {
  model_master master;
  auto store = master.open().value();
  constexpr int threads = 8;
  constexpr int calls = 500;
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < threads; ++caller)
    callers.emplace_back([&, caller] {
      for (int i = 0; i < calls; ++i) {
        const auto id = std::to_string(caller) + "-" + std::to_string(i);
        if (!store.set(id, id) || store.get(id).value().value().data != id)
          ++wrong;
      }
    });
  for (auto& each : callers)
    each.join();
  CHECK(wrong == 0);
  CHECK(master.with_state([](master_state& state) { return state.store.applied().size(); })
        == threads * calls);
  CHECK(store.status().pending == 0);
}

TEST_CASE("a crowd of asynchronous calls is answered in the order of issue") {
  model_master master;
  auto store = master.open().value();
  std::vector<std::future<result<version_number>>> answers;
  for (int i = 0; i < 5'000; ++i)
    answers.push_back(store.set_async("id" + std::to_string(i), "x"));
  version_number version = 0;
  for (auto& each : answers)
    REQUIRE(each.get().value() == ++version);
}

TEST_CASE("a callback may issue the next call") {
  model_master master;
  auto store = master.open().value();
  std::promise<void> finished;
  std::function<void(int)> chain = [&](int left) {
    if (left == 0)
      return finished.set_value();
    store.set("a", "x", {}, [&chain, left](result<version_number>) { chain(left - 1); });
  };
  chain(1'000);
  CHECK(finished.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a store that is silent costs the deadline, and a full queue nothing at all") {
  model_master master;
  options how;
  how.calls.timeout = 200ms;
  how.queue.operations_max = 2;
  auto store = master.open(how).value();
  master.with_state([](master_state& state) { state.silent = true; });
  auto first = store.set_async("a", "x");
  auto second = store.get_async("a");
  CHECK(code_of(store.get("b")) == errc::overloaded);
  CHECK(code_of(first.get()) == errc::deadline_exceeded);
  CHECK(code_of(second.get()) == errc::deadline_exceeded);
}

TEST_CASE("what was in flight when the store actor died is sent again and applied once") {
  model_master master;
  std::mutex mutex;
  std::string edges;
  options how;
  how.on_connect = [&] {
    const std::lock_guard lock{mutex};
    edges += '+';
  };
  how.on_disconnect = [&](const error&) {
    const std::lock_guard lock{mutex};
    edges += '-';
  };
  auto store = master.open(how).value();
  master.with_state([](master_state& state) { state.silent = true; });
  auto pending = store.set_async("a", "x");
  REQUIRE(wait_until(
      [&] { return master.with_state([](auto& state) { return !state.store.applied().empty(); }); },
      within(10s)));
  master.with_state([](master_state& state) { state.silent = false; });
  master.restart_store();
  CHECK(pending.get().value() == 1);
  CHECK(master.with_state([](master_state& state) { return state.store.applied().size(); }) == 1);
  CHECK(store.status().connects == 2);
  const std::lock_guard lock{mutex};
  CHECK(edges == "+-+");
}

TEST_CASE("open reports why the gate refuses, at once if waiting will not help") {
  model_master master;
  master.with_state([](master_state& state) { state.refusal = error{errc::unauthorized, "no"}; });
  const auto begun = std::chrono::steady_clock::now();
  CHECK(code_of(master.open()) == errc::unauthorized);
  CHECK(std::chrono::steady_clock::now() - begun < 3s);

  master.with_state([](master_state& state) { state.refusal = error{errc::not_admitted, "not yet"}; });
  options how;
  how.connect_timeout = 300ms;
  CHECK(code_of(master.open(how)) == errc::not_admitted);
}

TEST_CASE("open gives up on a silent gate after connect_timeout; a lazy handle is there at once") {
  model_master master;
  master.with_state([](master_state& state) { state.mute_gate = true; });
  options how;
  how.connect_timeout = 100ms;
  CHECK(code_of(master.open(how)) == errc::unavailable);
  how.lazy = true;
  how.calls.timeout = 100ms;
  auto store = master.open(how).value();
  CHECK_FALSE(store.status().connected);
  CHECK(code_of(store.get("a")) == errc::unavailable);
}

TEST_CASE("bad options are refused by name") {
  model_master master;
  options how;
  SECTION("store name") {
    how.store.name = "no spaces";
  }
  SECTION("timeout") {
    how.calls.timeout = 0ms;
  }
  SECTION("long timeout") {
    how.calls.timeout = 10min + 1ms;
  }
  SECTION("queue") {
    how.queue.operations_max = 0;
  }
  SECTION("batch") {
    how.queue.batch_bytes_max = wire::frame_bytes_max + 1;
  }
  SECTION("worker name") {
    how.worker_name = std::string(65, 'w');
  }
  CHECK(code_of(master.open(how)) == errc::invalid_argument);
}

TEST_CASE("close says bye, answers what is pending, and refuses what comes later") {
  model_master master;
  auto store = master.open().value();
  master.with_state([](master_state& state) { state.silent = true; });
  auto write = store.set_async("a", "x");
  auto read = store.get_async("a");
  REQUIRE(wait_until(
      [&] { return master.with_state([](auto& state) { return !state.store.applied().empty(); }); },
      within(10s)));
  store.close();
  CHECK(code_of(write.get()) == errc::outcome_unknown);
  CHECK(code_of(read.get()) == errc::unavailable);
  CHECK(master.with_state([](master_state& state) { return state.byes.size(); }) == 1);
  CHECK(code_of(store.get("a")) == errc::unavailable);
  CHECK_FALSE(store.status().connected);
  store.close();
}

TEST_CASE("the last handle may go inside a callback") {
  model_master master;
  auto ended = std::make_shared<std::promise<void>>();
  auto end = ended->get_future();
  {
    auto store = std::make_shared<client>(master.open().value());
    auto& handle = *store;
    handle.set("a", "x", {}, [store, ended](result<version_number>) mutable {
      store.reset();
      ended->set_value();
    });
  }
  CHECK(end.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("when the server is stopped, calls end with an error, not with silence") {
  model_master master;
  options how;
  how.calls.timeout = 300ms;
  auto store = master.open(how).value();
  master.end_gate();
  REQUIRE(wait_until([&] { return !store.status().connected; }, within(10s)));
  CHECK(code_of(store.get("a")) == errc::unavailable);
}

TEST_CASE("an operation that was in flight when the store actor died twice is given up") {
  model_master master;
  options how;
  how.calls.timeout = 30s;
  auto store = master.open(how).value();
  master.with_state([](master_state& state) { state.silent = true; });
  const auto executed = [&] {
    return master.with_state([](master_state& state) { return std::exchange(state.batches, 0) > 0; });
  };
  auto poison = store.set_async("a", "x");
  REQUIRE(wait_until(executed, within(10s)));
  master.restart_store();
  REQUIRE(wait_until(executed, within(10s)));
  master.restart_store();
  CHECK(code_of(poison.get()) == errc::outcome_unknown);
}

TEST_CASE("an operation survives any number of stores that were stopped on purpose") {
  model_master master;
  options how;
  how.calls.timeout = 30s;
  auto store = master.open(how).value();
  master.with_state([](master_state& state) { state.silent = true; });
  const auto executed = [&] {
    return master.with_state([](master_state& state) { return std::exchange(state.batches, 0) > 0; });
  };
  auto patient = store.set_async("a", "x");
  for (int stops = 0; stops < 3; ++stops) {
    REQUIRE(wait_until(executed, within(10s)));
    master.with_state([&](master_state& state) { state.silent = stops < 2; });
    master.restart_store(caf::exit_reason::user_shutdown);
  }
  CHECK(patient.get().value() == 1);
}
