#include <malloc.h>

#include <chrono>

#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/runtime/living_node.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

/// What every handle may leave behind: less than anything that is kept for each of them.
constexpr std::size_t bytes_of_handle_max = 100;

std::size_t used_bytes() {
  return mallinfo2().uordblks;
}

/// Uses `open()` many times, and requires that what was opened leaves nothing behind.
template <class Open>
void require_nothing_left(std::size_t count, Open open) {
  const auto use = [&](std::size_t times) {
    for (; times > 0; --times) {
      auto handle = open();
      INFO((handle ? std::string{} : handle.error().message));
      REQUIRE(handle);
      REQUIRE(handle->set("a", "x"));
    }
  };
  use(count / 10); // what everything needs once
  const auto before = used_bytes();
  use(count);
  const auto is_flat = [&] { return used_bytes() < before + count * bytes_of_handle_max * memory_factor; };
  wait_until(is_flat, within(20s)); // timers that a handle had set keep a little of it until they are over
  INFO("before " << before << ", after " << used_bytes());
  CHECK(is_flat());
}

/// A master, and how its workers find it.
struct served {
  temporary_directory folder;
  options worker;
  std::optional<server> master;

  served() {
    worker.mode = mode::worker;
    worker.where = parse_endpoint("unix:" + (folder / "store.sock")).value();
    server_options how;
    how.listen = {worker.where};
    master = serve(how).value();
  }
};

} // namespace

TEST_CASE("a handle that was closed leaves nothing behind in its server") {
  server_options how;
  how.listen = {};
  auto master = serve(how).value();
  require_nothing_left(10'000, [&] { return master.open(); });
  CHECK(wait_until([&] { return master.status().stores.at(0).clients <= 1; }, within(10s)));
}

TEST_CASE("a worker's handle that was closed leaves nothing behind while others are open") {
  served here;
  caf::actor_system_config config;
  actors::configure(config);
  caf::actor_system system{config};
  auto longest = actors::open(system, here.worker).value(); // keeps the connection
  require_nothing_left(2'000, [&] { return actors::open(system, here.worker); });
  CHECK(longest.get("a").value()->data == "x");
}

TEST_CASE("a process may open and close as many handles as it likes while others are open") {
  served here; // an actor system, and so a node id, of its own
  auto longest = open(here.worker).value();
  for (std::size_t count = 0; count < 2 * actors::living_node::ids_max; ++count) {
    const auto handle = open(here.worker);
    INFO("handle " << count << ": " << (handle ? std::string{} : handle.error().message));
    REQUIRE(handle);
  }
  CHECK(longest.set("a", "x"));
}
