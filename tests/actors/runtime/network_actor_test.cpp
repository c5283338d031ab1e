#include <cluster_store/actors/runtime/network_actor.hpp>

#include <atomic>
#include <memory>

#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/tests/support/catch.hpp>
#include <cluster_store/tests/support/wait_until.hpp>

using namespace cluster_store;
using namespace cluster_store::actors;
using namespace cluster_store::tests;
using namespace std::chrono_literals;

namespace {

struct findings {
  std::atomic<int> runs{0};
  std::atomic<bool> looks{false};
};

/// Expects messages when it is told to: with `tick_atom` one more after several that came at once. With
/// `flush_atom` nothing.
class observed_actor final : public network_actor {
public:
  observed_actor(caf::actor_config& config, std::shared_ptr<findings> seen)
      : network_actor(config), seen_(std::move(seen)) {}

  caf::behavior make_behavior() override {
    return {
        [this](caf::tick_atom) {
          message_came(); // what the former attempt expected
          for (unsigned i = 0; i < wakefulness::short_min; ++i) {
            expect_message();
            message_came();
          }
          expect_message();
          note();
        },
        [this](caf::flush_atom) { note(); },
        [this](caf::close_atom) {
          message_came();
          quit();
        },
    };
  }

private:
  void note() {
    seen_->looks = looks_for_message();
    ++seen_->runs;
  }

  std::shared_ptr<findings> seen_;
};

/// @returns whether the actor looked when it had done what `what` says.
template <class What>
bool looks_after(const caf::actor& who, const std::shared_ptr<findings>& seen, What what) {
  const int before = seen->runs;
  compat::anonymous_send(who, what);
  REQUIRE(wait_until([&] { return seen->runs > before; }, within(10s)));
  return seen->looks;
}

} // namespace

TEST_CASE("an actor on the network's thread looks for what is likely to come soon, but not for long") {
  const auto parts = *make_actor_system(true);
  const auto seen = std::make_shared<findings>();
  const auto who = (*parts).spawn<observed_actor>(seen);
  CHECK_FALSE(looks_after(who, seen, caf::flush_atom_v));
  // Another attempt, should the thread be kept from its processor between two expectations.
  CHECK(wait_until([&] { return looks_after(who, seen, caf::tick_atom_v); }, within(10s)));
  CHECK(wait_until([&] { return !looks_after(who, seen, caf::flush_atom_v); }, within(10s)));
  compat::anonymous_send(who, caf::close_atom_v);
}

TEST_CASE("without a network no actor looks") {
  const auto parts = *make_actor_system(false);
  const auto seen = std::make_shared<findings>();
  const auto who = (*parts).spawn<observed_actor>(seen);
  CHECK_FALSE(looks_after(who, seen, caf::tick_atom_v));
  compat::anonymous_send(who, caf::close_atom_v);
}
