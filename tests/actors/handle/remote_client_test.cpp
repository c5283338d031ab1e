#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/server.hpp>

#include <unistd.h>

#include <thread>

#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

endpoint socket_in(const temporary_directory& folder) {
  return parse_endpoint("unix:" + (folder.path() / "s").string()).value();
}

server serve_on(const endpoint& where) {
  server_options how;
  how.listen = {where};
  return serve(how).value();
}

options worker_of(const endpoint& where) {
  options how;
  how.mode = mode::worker;
  how.where = where;
  return how;
}

} // namespace

TEST_CASE("a worker reaches a master over a Unix socket, and leaves no client behind") {
  temporary_directory folder;
  const auto where = socket_in(folder);
  auto master = serve_on(where);
  {
    auto worker = cluster_store::open(worker_of(where)).value();
    CHECK(worker.set("a", "data"));
    CHECK(worker.get("a").value()->data == "data");
    CHECK(worker.capabilities().length);
    CHECK(worker.length().value() == 1);
    CHECK(master.open().value().get("a").value()->data == "data");
  }
  CHECK(wait_until([&] { return master.status().stores.at(0).clients == 0; }, within(10s)));
}

TEST_CASE("open without a master is unavailable after connect_timeout") {
  temporary_directory folder;
  auto how = worker_of(socket_in(folder));
  how.connect_timeout = 200ms;
  const auto begun = std::chrono::steady_clock::now();
  const auto opened = cluster_store::open(how);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == errc::unavailable);
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

TEST_CASE("a store the master does not have is refused at once") {
  temporary_directory folder;
  const auto where = socket_in(folder);
  auto master = serve_on(where);
  auto how = worker_of(where);
  how.store.name = "elsewhere";
  const auto opened = cluster_store::open(how);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == errc::invalid_argument);
}

TEST_CASE("a worker waits for a master that comes later, and comes back to one that was restarted") {
  temporary_directory folder;
  const auto where = socket_in(folder);
  auto how = worker_of(where);
  how.lazy = true;
  how.calls.timeout = 20s;
  auto worker = cluster_store::open(how).value();
  auto early = worker.set_async("a", "early");
  auto master = std::make_unique<server>(serve_on(where));
  CHECK(early.get());
  master->stop();
  master.reset();
  REQUIRE(wait_until([&] { return !worker.status().connected; }, within(10s)));
  auto between = worker.set_async("b", "between");
  master = std::make_unique<server>(serve_on(where));
  CHECK(between.get());
  CHECK(worker.status().connects == 2);
  CHECK(worker.status().disconnects == 1);
}

TEST_CASE("handles of one actor system share a connection, and components use them in their own system") {
  temporary_directory folder;
  const auto where = socket_in(folder);
  auto master = serve_on(where);
  caf::actor_system_config config;
  actors::configure(config);
  caf::actor_system system{config};
  auto one = actors::open(system, worker_of(where)).value();
  auto two = actors::open(system, worker_of(where)).value();
  CHECK(one.set("a", "x"));
  CHECK(two.get("a").value()->data == "x");
  CHECK(master.status().connections == 1);

  caf::scoped_actor self{system};
  std::string read;
  compat::request(self.ptr(), actors::handle_of(one), caf::timespan{10s}, actors::get_request{"a"})
      .receive([&](const actors::session_reply& reply) { read = reply.value().data; },
               [](const caf::error&) {});
  CHECK(read == "x");
}

TEST_CASE("the status of a master can be asked over its endpoint") {
  temporary_directory folder;
  const auto where = socket_in(folder);
  auto master = serve_on(where);
  const auto status = query_status(where, "", 5s);
  REQUIRE(status);
  REQUIRE(status->stores.size() == 1);
  CHECK(status->stores[0].name == "default");
  CHECK(status->stores[0].up);
  CHECK_FALSE(query_status(parse_endpoint("unix:" + folder.path().string() + "/none").value(), "", 1s));
}

TEST_CASE("standalone and master handles own their store") {
  temporary_directory folder;
  options how;
  SECTION("standalone") {
    how.mode = mode::standalone;
  }
  SECTION("master") {
    how.mode = mode::master;
    how.where = socket_in(folder);
  }
  auto store = cluster_store::open(how).value();
  CHECK(store.set("a", "x"));
  CHECK(store.get("a").value()->data == "x");
  if (how.mode == mode::master)
    CHECK(cluster_store::open(worker_of(how.where)).value().get("a").value()->data == "x");
  store.close();
  CHECK_FALSE(store.get("a"));
}

TEST_CASE("a program's own actor system can hold standalone, master and worker handles") {
  temporary_directory folder;
  caf::actor_system_config config;
  actors::configure(config);
  caf::actor_system system{config};

  auto alone = actors::open(system, options{}).value();
  CHECK(alone.set("a", "alone"));

  auto how = worker_of(socket_in(folder));
  how.mode = mode::master;
  auto master = actors::open(system, how).value();
  CHECK(master.set("a", "shared"));

  auto worker =
      cluster_store::open(worker_of(how.where)).value(); // of another actor system, as in another process
  CHECK(worker.get("a").value()->data == "shared");
  CHECK(alone.get("a").value()->data == "alone");

  master.close();
  CHECK(wait_until([&] { return !worker.status().connected; }, within(10s)));
  CHECK(alone.get("a").value()->data == "alone");
}
