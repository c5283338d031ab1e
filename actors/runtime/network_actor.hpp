#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/runtime/wakefulness_core.hpp>

namespace cluster_store::actors {

/// An actor that runs where its messages come from and go to: on the thread of the middleman, if its actor
/// system has one, so that a message of the network costs no hand-over to another thread and back. Otherwise,
/// and if it is detached, it runs as any other actor.
///
/// What blocks in it holds up all connections. Source: what `caf::io::abstract_broker` does in both
/// generations of CAF.
class network_actor : public caf::event_based_actor {
public:
  explicit network_actor(caf::actor_config& config)
      : caf::event_based_actor(config),
        network_(system().has_middleman() ? &system().middleman().backend() : nullptr),
        watch_(std::make_shared<watch>()) {}

  using caf::event_based_actor::enqueue;

  auto enqueue(caf::mailbox_element_ptr what, compat::executor* caller)
      -> decltype(caf::event_based_actor::enqueue(std::move(what), caller)) override {
    watch_->has_work = true;
    return caf::event_based_actor::enqueue(std::move(what), network_ != nullptr ? network_ : caller);
  }

  void launch(compat::executor* caller, bool lazy, bool hide) override {
    caf::event_based_actor::launch(network_ != nullptr ? network_ : caller, lazy, hide);
  }

  subtype_t subtype() const noexcept override {
    return runs_on_network() ? caf::resumable::io_actor : caf::event_based_actor::subtype();
  }

  /// After a few messages the connections get the thread: CAF itself would go on while there are any.
  resume_result resume(compat::executor* on, std::size_t messages_max) override {
    const auto count = runs_on_network() ? std::min(messages_max, turn_messages_max) : messages_max;
    return caf::event_based_actor::resume(on, count);
  }

protected:
  /// A message is to come over the network. While that is likely to be soon, the thread does not sleep
  /// (docs/decisions/008-the-network-thread-stays-awake.md).
  void expect_message() {
    if (!runs_on_network())
      return;
    const auto now = std::chrono::steady_clock::now();
    watch_->judge.expect(now);
    watch_->has_work = true; // what was just sent has to be written
    if (!watch_->looking && watch_->judge.is_awake(now)) {
      watch_->looking = true;
      look_again(*network_, watch_);
    }
  }

  /// That message came.
  void message_came() {
    if (runs_on_network())
      watch_->judge.met(std::chrono::steady_clock::now());
  }

  /// @returns whether the thread is kept awake for this actor now.
  bool looks_for_message() const noexcept { return watch_->looking; }

private:
  using multiplexer = caf::io::network::multiplexer;

  static constexpr std::size_t turn_messages_max = 4;

  struct watch {
    wakefulness judge;
    bool looking = false;
    std::atomic<bool> has_work{false}; ///< Perhaps: messages, or others of this thread because of it.
  };

  bool runs_on_network() const noexcept { return network_ != nullptr && !getf(is_detached_flag); }

  /// The multiplexer does not sleep while something is posted: it does that, and looks at its sockets.
  static void look_again(multiplexer& network, const std::shared_ptr<watch>& what) {
    network.post([&network, what] {
      const auto now = what->has_work.exchange(false) ? std::chrono::steady_clock::now() : offer(what->judge);
      what->looking = what->judge.is_awake(now);
      if (what->looking)
        look_again(network, what);
    });
  }

  /// Offers the processor to others, unless another actor of this thread has just done so.
  /// @returns the time.
  static cluster_store::steady_time offer(wakefulness& judge) {
    thread_local cluster_store::steady_time last_offer;
    const auto before = std::chrono::steady_clock::now();
    if (before - last_offer <= wakefulness::offer_max)
      return before;
    std::this_thread::yield();
    last_offer = std::chrono::steady_clock::now();
    judge.offered(last_offer, last_offer - before);
    return last_offer;
  }

  multiplexer* const network_;
  const std::shared_ptr<watch> watch_;
};

} // namespace cluster_store::actors
