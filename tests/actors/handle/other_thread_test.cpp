#include <future>
#include <thread>

#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

TEST_CASE("a handle may be opened on one thread and end on another, while the first lives on") {
  for (const bool with_server : {false, true}) {
    server_options quiet;
    quiet.listen.clear();
    server master;
    if (with_server)
      master = serve(quiet).value();
    auto store = with_server ? master.open().value() : cluster_store::open({}).value();
    std::ignore = master.status();
    std::packaged_task<void()> task{[store = std::move(store), master = std::move(master)]() mutable {
      store = {};
      master = {};
    }};
    auto ended = task.get_future();
    std::thread other{std::move(task)};
    const bool in_time = ended.wait_for(slowness * 10s) == std::future_status::ready;
    CHECK(in_time);
    if (!in_time)
      std::quick_exit(1); // nothing ends what hangs there
    other.join();
  }
}
