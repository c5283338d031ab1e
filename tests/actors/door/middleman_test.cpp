#include <sys/socket.h>

#include <caf/io/basp_broker.hpp>

#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/door/middleman.hpp>
#include <cluster_store/tests/support/catch.hpp>

using namespace cluster_store;
using namespace std::chrono_literals;

TEST_CASE("a handshake that a broker was asked for after its end is over when the actor system is") {
  auto asked = std::make_shared<bool>();
  const std::weak_ptr<bool> kept{asked};
  {
    caf::actor_system_config config;
    actors::configure(config);
    caf::actor_system system{config};
    door::middleman middleman{system};
    {
      const caf::scoped_actor self{system};
      caf::anon_send_exit(middleman.broker(), caf::exit_reason::kill);
      self->wait_for(middleman.broker());
    }
    const auto table = std::make_shared<door::connection_table>();
    int ends[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    const unshared_descriptor other{ends[1]};
    middleman.connect(std::move(*table->claim_node({}, {}, {}).granted), unshared_descriptor{ends[0]}, "node",
                      1h, [asked = std::move(asked)](const result<caf::actor>&) {});
    REQUIRE_FALSE(kept.expired());
  }
  CHECK(kept.expired());
}
