#include <atomic>
#include <future>

#include <caf/io/basp_broker.hpp>

#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

struct network_config : caf::actor_system_config {
  network_config() { actors::configure(*this); }
};

/// Told of a failure, and how often.
struct told {
  std::promise<error> first;
  std::atomic<int> times{0};

  std::function<void(const error&)> hook() {
    return [this](const error& why) {
      if (times++ == 0)
        first.set_value(why);
    };
  }

  /// @returns the message, empty if there is none in time.
  std::string message() {
    auto future = first.get_future();
    return future.wait_for(slowness * 10s) == std::future_status::ready ? future.get().message
                                                                        : std::string{};
  }
};

/// A master and a worker, each in an actor system of its own.
struct two_systems {
  temporary_directory folder;
  endpoint where = parse_endpoint("unix:" + (folder / "store.sock")).value();
  network_config master_config;
  network_config worker_config;
  caf::actor_system masters{master_config};
  caf::actor_system workers{worker_config};
  told of_server;

  server serve() {
    server_options how;
    how.listen = {where};
    how.on_failure = of_server.hook();
    return actors::serve(masters, how).value();
  }

  client open_worker(told& of_handle) {
    options how;
    how.mode = mode::worker;
    how.where = where;
    how.on_failure = of_handle.hook();
    return actors::open(workers, how).value();
  }
};

/// Ends an actor as an exception in one of its handlers would: with an error.
void end(const caf::actor& what) {
  compat::anonymous_send(
      what, caf::exit_msg{what.address(), caf::make_error(caf::sec::runtime_error, "std::bad_alloc")});
}

void end_broker(caf::actor_system& of) {
  end(of.middleman().named_broker<caf::io::basp_broker>(compat::broker_name()));
}

template <class T>
bool is_unavailable(const result<T>& answer) {
  return !answer && answer.error().code == errc::unavailable;
}

} // namespace

TEST_CASE("a server whose broker has ended says so once, and is unavailable for good") {
  two_systems all;
  auto master = all.serve();
  told of_handle;
  options how;
  how.on_failure = of_handle.hook();
  auto store = master.open(how).value();
  REQUIRE(store.set("a", "data"));
  end_broker(all.masters);
  const auto why = all.of_server.message();
  CHECK(why.find("network") != std::string::npos);
  CHECK(why.find("bad_alloc") != std::string::npos);
  const auto again = master.open();
  REQUIRE(is_unavailable(again));
  CHECK(again.error().message == why);
  CHECK(of_handle.message().find(why) != std::string::npos);
  CHECK(is_unavailable(store.get("a")));
  CHECK(master.status().stores.empty());
  master.stop();
  CHECK(all.of_server.times == 1);
  CHECK(of_handle.times == 1);
}

TEST_CASE("a worker whose broker has ended is unavailable for good, and says so") {
  two_systems all;
  auto master = all.serve();
  {
    told of_handle;
    auto store = all.open_worker(of_handle);
    REQUIRE(store.set("a", "data"));
    end_broker(all.workers);
    CHECK(of_handle.message().find("network") != std::string::npos);
    CHECK(is_unavailable(store.get("a")));
    CHECK(of_handle.times == 1);
  }
  CHECK(all.of_server.times == 0);
  CHECK(master.open().value().get("a").value()->data == "data");
}

TEST_CASE("a handle whose proxy has ended is unavailable for good, and says so") {
  two_systems all;
  auto master = all.serve();
  told of_handle;
  auto store = all.open_worker(of_handle);
  caf::anon_send_exit(store.body()->proxy(), caf::exit_reason::kill); // as an exception: it is not asked
  CHECK_FALSE(of_handle.message().empty());
  CHECK(is_unavailable(store.get("a")));
}

TEST_CASE("handles and servers that are closed and stopped have not failed") {
  two_systems all;
  told of_local;
  told of_worker;
  {
    auto master = all.serve();
    options how;
    how.on_failure = of_local.hook();
    auto closed = master.open(how).value();
    auto left = master.open(how).value();
    auto worker = all.open_worker(of_worker);
    closed.close();
    master.stop();
    CHECK(wait_until([&] { return is_unavailable(left.get("a")); }, within(10s)));
    worker.close();
  }
  CHECK(all.of_server.times == 0);
  CHECK(of_local.times == 0);
  CHECK(of_worker.times == 0);
}
