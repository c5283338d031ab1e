#include <cluster_store/actors/server.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/memory.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

TEST_CASE("the largest session there may be is written and read by a handle with the usual options") {
  const temporary_directory folder;
  server_options how;
  how.listen = {parse_endpoint("unix:" + (folder / "store.sock")).value()};
  how.stores[0].uri = GENERATE(true, false) ? "memory:" : "rocksdb:" + (folder / "data");
  how.stores[0].limits.data_bytes_max = 16 * mebibyte;
  auto master = serve(how).value();
  options worker;
  worker.mode = mode::worker;
  worker.where = how.listen[0];
  worker.calls.timeout = 60s;
  auto store = GENERATE(true, false) ? open(worker).value() : master.open(worker).value();
  const std::string data(how.stores[0].limits.data_bytes_max, '\xFF');
  REQUIRE(store.set("a", data));
  CHECK(store.get("a").value()->data == data);
  CHECK(store.mget({"a"}).value().at(0)->data == data);
  CHECK(store.set("a", data));
  CHECK(store.regenerate("a", "b").value());
  CHECK(store.get("b").value()->data == data);
  CHECK(store.set("b", data + "x").error().code == errc::too_large);
  CHECK(store.get("b").value()->data == data);
}
