#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include <cluster_store/actors/proxy/call.hpp>
#include <cluster_store/actors/proxy/shared_state.hpp>
#include <cluster_store/actors/runtime/short_wait.hpp>

namespace cluster_store::actors {

/// A call that goes through a handle's submissions and gives its room there back when it is done.
class queued_call : public call {
public:
  /// @param home outlives the call: the proxy keeps both.
  explicit queued_call(handle_state& home) noexcept : home_(home) {}

  /// Takes the answer of a call that has no room in the queue: it was not taken, or gave it back.
  virtual void answer(result<wire::reply>&& what) noexcept = 0;

protected:
  handle_state& home() const noexcept { return home_; }

private:
  handle_state& home_;
};

/// A call whose answer goes to `Sink`.
template <class Operation, class Sink>
class handle_call final : public queued_call {
public:
  handle_call(handle_state& home, Sink sink) : queued_call(home), sink_(std::move(sink)) {}

  void done(result<wire::reply>&& what) noexcept override {
    home().queue.finished(bytes());
    answer(std::move(what));
  }

  void answer(result<wire::reply>&& what) noexcept override {
    // The result is made where it is wanted: moving it costs.
    home().call_back_by(sink_, [&] { sink_(read_answer<Operation>(std::move(what))); });
  }

private:
  Sink sink_;
};

/// Where a blocked caller waits for its answer. One thread fills it, one waits; both share it, so that it
/// does not matter who leaves first.
template <class T>
class waiting_slot {
public:
  void fill(result<T>&& what) noexcept {
    what_ = std::move(what);
    filled_.store(1, std::memory_order_release);
    filled_.notify_one();
  }

  result<T> wait(short_wait& how) noexcept {
    how.wait(filled_);
    return std::move(*what_);
  }

private:
  std::optional<result<T>> what_;
  std::atomic<int> filled_{0}; // an int: what the kernel can wait for without a detour
};

} // namespace cluster_store::actors
