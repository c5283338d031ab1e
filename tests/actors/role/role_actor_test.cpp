#include <atomic>
#include <future>

#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/role/actor.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::actors;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

// With an argument each: CAF 0.17 makes a reference of nothing for a function that has none.

/// A link to an endpoint where nobody listens.
caf::behavior link_to_nobody(caf::event_based_actor* self, const std::string& why) {
  compat::prepare(self);
  return {[self, why](caf::subscribe_atom, const caf::actor& role) {
            compat::send(self, role, caf::unlink_atom_v, static_cast<std::uint8_t>(errc::unavailable), why);
          },
          [](caf::unsubscribe_atom, const caf::actor&) {},
          [self](caf::close_atom) { self->quit(caf::exit_reason::user_shutdown); }};
}

caf::behavior some_gate(caf::event_based_actor* self, int) {
  compat::prepare(self);
  return {[](caf::ok_atom) {}};
}

/// A process whose server is a picture of one, which starts when the test says so.
struct process_under_test {
  process_under_test() {
    configure(config);
    system.emplace(config);
    gate = system->spawn(some_gate, 0);
  }

  ~process_under_test() {
    caf::anon_send_exit(gate, caf::exit_reason::user_shutdown);
    gate = nullptr;
  }

  role_options options() {
    role_options how;
    how.follow = [this] { return handle_of_way(system->spawn(link_to_nobody, "nobody listens")); };
    how.take_over = [this](const std::function<void(const error&)>& failed) -> result<mastership> {
      fail_now = failed;
      asked.set_value();
      may_start.get_future().wait();
      ++started;
      return mastership{gate, [this] { ++stopped; }};
    };
    return how;
  }

  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
  caf::actor gate;
  std::function<void(const error&)> fail_now;
  std::promise<void> asked;
  std::promise<void> may_start;
  std::atomic<int> started{0};
  std::atomic<int> stopped{0};
};

} // namespace

TEST_CASE("a server that is ready when nobody wants it any more is stopped, and its end is waited for") {
  process_under_test here;
  auto member = role_at(*here.system, "here", here.options());
  REQUIRE(here.asked.get_future().wait_for(slowness * 10s) == std::future_status::ready);
  const auto ended = member->ended;
  member.reset();
  here.may_start.set_value();
  REQUIRE(ended.wait_for(slowness * 10s) == std::future_status::ready);
  CHECK(here.started == 1);
  CHECK(here.stopped == 1);
}

TEST_CASE("a server is stopped with the last member, however soon after its start that goes") {
  for (int round = 0; round < 50; ++round) {
    process_under_test here;
    auto member = role_at(*here.system, "here", here.options());
    CHECK(role_at(*here.system, "here", {}) == member); // the same for all who ask
    REQUIRE(here.asked.get_future().wait_for(slowness * 10s) == std::future_status::ready);
    const auto ended = member->ended;
    here.may_start.set_value();
    member.reset();
    REQUIRE(ended.wait_for(slowness * 10s) == std::future_status::ready);
    CHECK(here.stopped == here.started);
  }
}
