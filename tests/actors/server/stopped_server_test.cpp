#include <atomic>
#include <future>
#include <thread>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/every_call.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

template <class T>
std::optional<errc> code_of(const result<T>& what) {
  return what ? std::nullopt : std::optional{what.error().code};
}

endpoint socket_in(const temporary_directory& where) {
  return *parse_endpoint("unix:" + (where / "store.sock"));
}

server_options served_in(const temporary_directory& where) {
  server_options how;
  how.listen = {socket_in(where)};
  return how;
}

server serve_here(const temporary_directory& where) {
  return serve(served_in(where)).value();
}

options worker_of(const temporary_directory& where) {
  options how;
  how.mode = mode::worker;
  how.where = socket_in(where);
  return how;
}

void check_all(client store, errc expected) {
  std::vector<std::optional<errc>> codes;
  const auto calls =
      make_every_call(store, [&codes](const auto& answer) { codes.push_back(code_of(answer)); });
  CHECK(codes.size() == calls);
  for (const auto& each : codes)
    CHECK(each == expected);
}

void check_empty(client& store) {
  check_all(store, errc::invalid_argument);
  CHECK_FALSE(store.status().connected);
  CHECK_FALSE(store.capabilities().all);
  CHECK_FALSE(actors::handle_of(store));
  store.close();
}

void check_empty(server& master) {
  CHECK(code_of(master.open()) == errc::invalid_argument);
  CHECK(code_of(master.open(options{})) == errc::invalid_argument);
  CHECK(code_of(master.reload_certificates()) == errc::invalid_argument);
  CHECK(master.status().stores.empty());
  master.stop();
}

} // namespace

TEST_CASE("every call on an empty or moved-from client is refused, and says why") {
  client never;
  check_empty(never);
  auto first = cluster_store::open({}).value();
  auto second = std::move(first);
  check_empty(first); // what is left of a moved-from handle is what this is about
  CHECK(second.set("a", "x").has_value());
}

TEST_CASE("every call on an empty or moved-from server is refused, and says why") {
  server never;
  check_empty(never);
  const temporary_directory where;
  auto first = serve_here(where);
  auto second = std::move(first);
  check_empty(first);
  CHECK(second.open().has_value());
}

TEST_CASE("a stopped server opens nothing more and says so; stopping it again does nothing") {
  const temporary_directory where;
  auto master = serve_here(where);
  master.stop();
  master.stop();
  CHECK(code_of(master.open()) == errc::unavailable);
  CHECK(code_of(master.open("no such store")) == errc::unavailable);
  options lazy;
  lazy.lazy = true;
  CHECK(code_of(master.open(lazy)) == errc::unavailable);
  CHECK(code_of(master.reload_certificates()) == errc::unavailable);
  CHECK(master.status().stores.empty());
}

TEST_CASE("what is asked of a handle whose server was stopped ends at once, with every form of call") {
  const temporary_directory where;
  std::atomic<int> disconnects{0};
  auto master = serve_here(where);
  options how;
  how.on_disconnect = [&](const error&) { ++disconnects; };
  auto store = master.open(how).value();
  REQUIRE(store.set("a", "x").has_value());
  master.stop();
  REQUIRE(wait_until([&] { return !store.status().connected; }, within(10s)));
  const auto start = std::chrono::steady_clock::now();
  check_all(store, errc::unavailable);
  CHECK(std::chrono::steady_clock::now() - start < slowness * 2s);
  CHECK(disconnects == 1);
  store.close();
  CHECK(disconnects == 1);
}

TEST_CASE("a server may be stopped by many threads while others use it") {
  for (int round = 0; round < 3; ++round) {
    const temporary_directory where;
    auto master = serve_here(where);
    std::vector<std::thread> users;
    std::atomic<bool> stopped{false};
    std::atomic<int> rounds{0};
    for (int user = 0; user < 2; ++user)
      users.emplace_back([&] {
        while (!stopped) {
          if (auto store = master.open())
            std::ignore = store->set("a", "x");
          std::ignore = master.status();
          std::ignore = master.reload_certificates();
          ++rounds;
        }
      });
    REQUIRE(wait_until([&] { return rounds > 4; }, within(20s)));
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> stoppers;
    for (int stopper = 0; stopper < 3; ++stopper)
      stoppers.emplace_back([&] { master.stop(); });
    for (auto& each : stoppers)
      each.join();
    stopped = true;
    for (auto& each : users)
      each.join();
    CHECK(std::chrono::steady_clock::now() - start < slowness * 10s);
    CHECK(code_of(master.open()) == errc::unavailable);
  }
}

TEST_CASE("a server that is stopped leaves the network to others in its actor system") {
  const temporary_directory here;
  const temporary_directory there;
  struct config : caf::actor_system_config {
    config() { actors::configure(*this); }
  } how_to_run;
  caf::actor_system system{how_to_run};
  {
    auto first = actors::serve(system, served_in(here)).value();
    auto second = actors::serve(system, served_in(there)).value();
    auto of_first = cluster_store::open(worker_of(here)).value();
    auto of_second = cluster_store::open(worker_of(there)).value();
    REQUIRE(first.stop().has_value());
    CHECK(wait_until([&] { return !of_first.status().connected; }, within(10s)));
    CHECK(of_second.set("a", "x").has_value());
    CHECK(of_second.status().disconnects == 0);
    CHECK(cluster_store::open(worker_of(there)).has_value());
  }
}

TEST_CASE("a callback that uses its server neither hangs nor holds it up") {
  const temporary_directory where;
  auto master = serve_here(where);
  auto store = master.open().value();
  std::promise<std::chrono::steady_clock::duration> done;
  store.set("a", "x", {}, [&](const result<version_number>&) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(code_of(master.open()) == errc::invalid_argument);
    CHECK(master.status().stores.empty());
    master.stop();
    done.set_value(std::chrono::steady_clock::now() - start);
  });
  auto spent = done.get_future();
  REQUIRE(spent.wait_for(slowness * 5s) == std::future_status::ready);
  CHECK(spent.get() < slowness * 500ms);
  CHECK(wait_until([&] { return code_of(master.open()) == errc::unavailable; }, within(10s)));
}
