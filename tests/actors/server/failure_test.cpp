#include <future>

#include <caf/io/basp_broker.hpp>

#include <cluster_store/actors/component.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

using namespace cluster_store;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

struct configuration : caf::actor_system_config {
  configuration() { actors::configure(*this); }
};

} // namespace

SCENARIO("when the network of CAF ends, a master says so, once, and it can still be stopped") {
  GIVEN("a master in an actor system of the program's own") {
    temporary_directory folder;
    configuration config;
    caf::actor_system system{config};
    std::promise<error> told;
    server_options how;
    how.listen = {parse_endpoint("unix:" + (folder.path() / "s").string()).value()};
    how.on_failure = [&told](const error& why) { told.set_value(why); };
    auto master = actors::serve(system, how);
    REQUIRE(master);
    WHEN("its broker ends, as it does when there is no memory for a message") {
      const auto broker = system.middleman().named_broker<caf::io::basp_broker>(compat::broker_name());
      caf::anon_send_exit(broker, caf::exit_reason::kill);
      auto answer = told.get_future();
      REQUIRE(answer.wait_for(10s) == std::future_status::ready);
      THEN("the program hears of it, and local handles go on") {
        CHECK(answer.get().message.find("network") != std::string::npos);
        auto local = master->open();
        REQUIRE(local);
        CHECK(local->set("a", "x"));
      }
      CHECK(master->stop());
    }
    WHEN("nothing fails") {
      CHECK(master->stop());
      THEN("nothing is told") {
        CHECK(told.get_future().wait_for(0s) == std::future_status::timeout);
      }
    }
  }
}
