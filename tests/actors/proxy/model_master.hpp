#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/messages.hpp>
#include <cluster_store/tests/actors/proxy/model_store.hpp>

namespace cluster_store::tests {

/// What the actors of a `model_master` share with the test.
struct master_state {
  std::mutex mutex;
  model_store store;
  bool silent = false;           ///< Batches are executed but not answered.
  std::size_t batches = 0;       ///< Executed; the test may reset it.
  bool mute_gate = false;        ///< Hellos and heartbeats are not answered.
  std::optional<error> refusal;  ///< Hellos are answered with it.
  std::vector<std::string> byes; ///< Farewells taken.
  std::vector<wire::hello> hellos;
  caf::actor current; ///< The store actor that welcomes name.
};

/// A store actor around a `model_store`.
class model_store_actor : public caf::event_based_actor {
public:
  model_store_actor(caf::actor_config& config, std::shared_ptr<master_state> state)
      : caf::event_based_actor(config), state_(std::move(state)) {}

  caf::behavior make_behavior() override {
    return {
        [this](const actors::batch_message& batch) {
          const std::lock_guard lock{state_->mutex};
          ++state_->batches;
          auto results = state_->store.execute(batch.bytes);
          if (!state_->silent)
            compat::send(this, caf::actor_cast<caf::actor>(current_sender()),
                         actors::results_message{std::move(results)});
        },
        [this](const actors::bye_message& bye) {
          const std::lock_guard lock{state_->mutex};
          state_->byes.push_back(bye.bytes);
        },
    };
  }

private:
  std::shared_ptr<master_state> state_;
};

/// A gate that welcomes everybody to the one store there is.
class model_gate : public caf::event_based_actor {
public:
  model_gate(caf::actor_config& config, std::shared_ptr<master_state> state)
      : caf::event_based_actor(config), state_(std::move(state)) {}

  caf::behavior make_behavior() override {
    return {
        [this](const actors::hello_message& message) -> caf::result<actors::welcome_message> {
          const std::lock_guard lock{state_->mutex};
          state_->hellos.push_back(wire::decode_hello(message.bytes).value());
          if (state_->mute_gate)
            return make_response_promise<actors::welcome_message>(); // never kept
          if (state_->refusal)
            return actors::welcome_message{
                wire::encode(result<wire::welcome>{tl::unexpected<error>{*state_->refusal}}), nullptr};
          auto welcome = state_->store.greet(state_->hellos.back().client);
          using namespace operations;
          welcome.capabilities = get_of<std::string>::is.capability | set_of<std::string>::is.capability
                                 | touch_of<std::string>::is.capability;
          return actors::welcome_message{wire::encode(result<wire::welcome>{welcome}),
                                         caf::actor_cast<caf::strong_actor_ptr>(state_->current)};
        },
        [this](const actors::beat_message& beat) -> caf::result<actors::beat_message> {
          const std::lock_guard lock{state_->mutex};
          if (state_->mute_gate)
            return make_response_promise<actors::beat_message>();
          return beat;
        },
    };
  }

private:
  std::shared_ptr<master_state> state_;
};

/// A master in this process: what a proxy needs of one, and knobs to make it misbehave.
class model_master {
public:
  /// Reads or changes what the actors see.
  template <class F>
  auto with_state(F what) {
    const std::lock_guard lock{state_->mutex};
    return what(*state_);
  }

  model_master() : home_(*actors::make_actor_system(false)), state_(std::make_shared<master_state>()) {
    state_->current = home_->spawn<model_store_actor>(state_);
    gate_ = home_->spawn<model_gate>(state_);
  }

  ~model_master() {
    kill(gate_);
    with_state([](master_state& state) { kill(std::exchange(state.current, nullptr)); });
  }

  model_master(const model_master&) = delete;
  model_master& operator=(const model_master&) = delete;

  caf::actor_system& system() { return *home_; }
  const std::shared_ptr<caf::actor_system>& home() const { return home_; }
  const caf::actor& gate() const { return gate_; }

  result<client> open(options how = {}) { return actors::make_local_client(home_, gate_, how); }

  /// The store actor dies; the gate names another one from now on.
  void restart_store(caf::exit_reason why = caf::exit_reason::kill) {
    auto next = system().spawn<model_store_actor>(state_);
    caf::actor former;
    with_state([&](master_state& state) {
      state.store.die();
      former = std::exchange(state.current, next);
    });
    caf::anon_send_exit(former, why);
  }

  void end_gate() { kill(gate_); }

private:
  static void kill(const caf::actor& who) { caf::anon_send_exit(who, caf::exit_reason::kill); }

  std::shared_ptr<caf::actor_system> home_;
  std::shared_ptr<master_state> state_;
  caf::actor gate_;
};

} // namespace cluster_store::tests
