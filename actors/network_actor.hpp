#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <cluster_store/actors/caf_compat.hpp>

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
        network_(system().has_middleman() ? &system().middleman().backend() : nullptr) {}

  using caf::event_based_actor::enqueue;

  auto enqueue(caf::mailbox_element_ptr what, compat::executor* caller)
      -> decltype(caf::event_based_actor::enqueue(std::move(what), caller)) override {
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

private:
  static constexpr std::size_t turn_messages_max = 4;

  bool runs_on_network() const noexcept { return network_ != nullptr && !getf(is_detached_flag); }

  compat::executor* const network_;
};

} // namespace cluster_store::actors
