#include <cluster_store/actors/link/actor.hpp>

#include <cluster_store/tests/actors/proxy/model_master.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// A door without a wall: hands out the gate of a master in this process, or refuses.
struct model_door {
  std::mutex mutex;
  std::optional<error> refusal;
  caf::actor gate;
  int connects = 0;
  std::vector<std::uint64_t> closed;

  actors::link_door hooks() {
    const auto close = [this](std::uint64_t number) {
      const std::lock_guard lock{mutex};
      closed.push_back(number);
    };
    return {[this](std::function<void(result<actors::link_connection>)> done) {
              std::unique_lock lock{mutex};
              ++connects;
              const auto number = static_cast<std::uint64_t>(connects);
              result<actors::link_connection> outcome = actors::link_connection{gate, "a pass", number};
              if (refusal)
                outcome = tl::unexpected<error>{*refusal};
              lock.unlock();
              done(std::move(outcome));
            },
            close, close};
  }

  int count() {
    const std::lock_guard lock{mutex};
    return connects;
  }

  std::vector<std::uint64_t> closings() {
    const std::lock_guard lock{mutex};
    return closed;
  }
};

result<client> open_through(model_master& master, const actors::link_handle& link, options how = {}) {
  actors::proxy_options proxy;
  proxy.link = link;
  return actors::open_client(master.home(), how, std::move(proxy));
}

} // namespace

TEST_CASE("all handles of an endpoint share one link, which ends with the last of them") {
  model_door door;
  model_master master;
  door.gate = master.gate();
  const auto make = [&] { return actors::link_to(master.system(), "shared", [&] { return door.hooks(); }); };
  {
    auto one = open_through(master, make()).value();
    auto two = open_through(master, make()).value();
    CHECK(one.set("a", "1"));
    CHECK(two.get("a").value()->data == "1");
    CHECK(door.count() == 1);
    one.close();
    CHECK(two.get("a"));
    CHECK(door.closings().empty());
  }
  CHECK(wait_until([&] { return door.closings() == std::vector<std::uint64_t>{1}; }, within(10s)));
  auto three = open_through(master, make()).value();
  CHECK(three.get("a"));
  CHECK(door.count() == 2);
  three.close();
  CHECK(wait_until([&] { return door.closings() == std::vector<std::uint64_t>{1, 2}; }, within(10s)));
  door.gate = nullptr;
}

TEST_CASE("different endpoints have different links") {
  model_door door;
  model_master master;
  door.gate = master.gate();
  const auto to = [&](const char* path) {
    return actors::link_to(master.system(), path, [&] { return door.hooks(); });
  };
  const auto one = to("one");
  CHECK(to("one") == one);
  CHECK(to("two") != one);
  const std::lock_guard lock{door.mutex};
  door.gate = nullptr;
}

TEST_CASE("a refusal at the door ends open at once, but the link goes on trying") {
  model_door door;
  model_master master;
  door.gate = master.gate();
  door.refusal = error{errc::unauthorized, "the secret is wrong"};
  auto link = actors::link_to(master.system(), "refused", [&] { return door.hooks(); });
  const auto refused = open_through(master, link);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == error{errc::unauthorized, "the secret is wrong"});
  options how;
  how.lazy = true;
  auto store = open_through(master, link, how).value();
  {
    const std::lock_guard lock{door.mutex};
    door.refusal.reset();
  }
  CHECK(wait_until([&] { return store.status().connected; }, within(10s)));
  store.close();
  link.reset();
  CHECK(wait_until([&] { return !door.closings().empty(); }, within(10s)));
  door.gate = nullptr;
}

TEST_CASE("a connection without a gate is a failed attempt") {
  model_door door;
  model_master master;
  auto link = actors::link_to(master.system(), "nobody", [&] { return door.hooks(); });
  options how;
  how.connect_timeout = 300ms;
  const auto opened = open_through(master, link, how);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == errc::unavailable);
  CHECK(door.count() >= 2);
  CHECK(door.closings().size() >= 2);
}

TEST_CASE("a gate that ends is a lost connection: closed, and opened anew") {
  model_door door;
  auto master = std::make_unique<model_master>();
  model_master other;
  door.gate = master->gate();
  auto link = actors::link_to(other.system(), "mortal", [&] { return door.hooks(); });
  auto store = open_through(other, link).value();
  {
    const std::lock_guard lock{door.mutex};
    door.gate = other.gate();
  }
  master->end_gate();
  CHECK(wait_until([&] { return store.status().connects == 2; }, within(10s)));
  CHECK(store.set("a", "x"));
  CHECK(door.closings() == std::vector<std::uint64_t>{1});
  store.close();
  link.reset();
  CHECK(wait_until([&] { return door.closings().size() == 2; }, within(10s)));
  door.gate = nullptr;
}
