#include <malloc.h>

#include <chrono>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/memory.hpp>
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

} // namespace

TEST_CASE("a handle that was closed leaves nothing behind in its server") {
  constexpr std::size_t count = 10'000;
  server_options how;
  how.listen = {};
  auto master = serve(how).value();
  const auto use = [&](std::size_t times) {
    for (; times > 0; --times) {
      auto handle = master.open();
      INFO((handle ? std::string{} : handle.error().message));
      REQUIRE(handle);
      REQUIRE(handle->set("a", "x"));
    }
    CHECK(wait_until([&] { return master.status().stores.at(0).clients <= 1; }, within(10s)));
  };
  use(count / 10); // what everything needs once
  const auto before = used_bytes();
  use(count);
  const auto is_flat = [&] { return used_bytes() < before + count * bytes_of_handle_max * memory_factor; };
  wait_until(is_flat, within(20s)); // timers that a handle had set keep a little of it until they are over
  INFO("before " << before << ", after " << used_bytes());
  CHECK(is_flat());
}
