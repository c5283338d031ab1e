#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <cluster_store/actors/caf_compat.hpp>
#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/proxy/actor.hpp>
#include <cluster_store/actors/proxy/shared_state.hpp>
#include <cluster_store/actors/runtime/process_bound.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
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
  handle_state& home_;
};

/// A call whose answer goes to `Sink`.
template <class Operation, class Sink>
class handle_call final : public queued_call {
public:
  handle_call(handle_state& home, Sink sink) : queued_call(home), sink_(std::move(sink)) {}

  void done(result<wire::reply>&& what) noexcept override {
    home_.queue.finished(bytes());
    answer(std::move(what));
  }

  void answer(result<wire::reply>&& what) noexcept override {
    // The result is made where it is wanted: moving it costs.
    home_.count_callback(call_back_by(sink_, [&] { sink_(read_answer<Operation>(std::move(what))); }));
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

namespace cluster_store {

/// Inside of a handle: its proxy, what it shares with it, and whatever must live as long.
class client::implementation : public actors::process_bound {
public:
  template <class Operation>
  using reply_of = result<typename Operation::reply>;

  /// @param home released after the proxy ended and every handle is gone.
  implementation(std::shared_ptr<caf::actor_system> home, const options& how, actors::proxy_options proxy);
  ~implementation();

  /// The one way of all operations. `sink` gets a result of the reply, on this thread if the operation is
  /// refused at once, else on the proxy's.
  template <class Operation, class Sink>
  static void submit(const std::shared_ptr<implementation>& body, const Operation& what, Sink&& sink) {
    if (!is_usable(body.get()))
      actors::call_back(sink, reply_of<Operation>{actors::why_unusable(body.get(), empty_handle)});
    else
      body->submit(what, std::forward<Sink>(sink));
  }

  template <class Operation>
  static reply_of<Operation> wait(const std::shared_ptr<implementation>& body, const Operation& what) {
    if (!is_usable(body.get()))
      return actors::why_unusable(body.get(), empty_handle);
    if (actors::callback_scope::active())
      return fail(errc::invalid_argument,
                  "a blocking call in a callback would hold up what it waits for: use "
                  "the form with a callback, or call from another thread");
    auto slot = std::make_shared<actors::waiting_slot<typename Operation::reply>>();
    body->submit(what, [slot](reply_of<Operation>&& answer) { slot->fill(std::move(answer)); });
    return slot->wait(body->short_wait_);
  }

  template <class Operation>
  static std::future<reply_of<Operation>> promise(const std::shared_ptr<implementation>& body,
                                                  const Operation& what) {
    std::promise<reply_of<Operation>> made;
    auto future = made.get_future();
    submit(body, what, [made = std::move(made)](reply_of<Operation>&& answer) mutable {
      made.set_value(std::move(answer));
    });
    return future;
  }

  const actors::handle_state& state() const noexcept { return *state_; }
  const caf::actor& proxy() const noexcept { return proxy_; }

  /// Waits for the first welcome. @errors why there is none.
  result<void> await_welcome(std::chrono::milliseconds timeout) { return state_->await_welcome(timeout); }

  /// `then` is called once, at the end of `close`.
  /// @pre nobody else has the handle yet.
  void after_close(std::function<void()> then) { after_close_ = std::move(then); }

  void close();
  void end_at_exit(bool may_wait) override;

private:
  static constexpr auto empty_handle = "the handle is empty: it was never opened, or moved from";

  template <class Operation, class Sink>
  void submit(const Operation& what, Sink&& sink) {
    static_assert(!std::is_reference_v<Sink>, "it is kept");
    if (auto valid = actors::check_operation(what, state_->facts()); !valid)
      state_->count_callback(
          actors::call_back(sink, reply_of<Operation>{tl::unexpected<error>{std::move(valid).error()}}));
    else
      hand_over(
          actors::make_call<actors::handle_call<Operation, Sink>>(what, *state_, std::forward<Sink>(sink)));
  }

  void hand_over(std::unique_ptr<actors::queued_call> what);

  std::shared_ptr<caf::actor_system> home_;
  std::shared_ptr<actors::handle_state> state_;
  caf::actor proxy_;
  std::atomic<bool> closed_{false};
  actors::short_wait short_wait_;
  std::function<void()> after_close_;
};

} // namespace cluster_store

namespace cluster_store::actors {

/// Makes a handle and waits for its first welcome as `how` says. @errors why there is none.
result<client> open_client(std::shared_ptr<caf::actor_system> home, const options& how, proxy_options proxy);

/// Opens a handle of a store whose gate lives in this process.
///
/// Blocks until the gate's welcome, at most `how.connect_timeout`, unless `how.lazy`. Not to be called from
/// an actor.
/// @param home where the gate lives and the handle's proxy is to live; kept until the handle has been closed,
///   and released after its proxy ended. With it goes what else it owns: a server that the handle owns.
/// @param how `store.name`, `calls`, `queue`, `worker_name`, the callbacks and the times are used.
/// @errors `invalid_argument` for bad options or if the gate knows no such store, `unavailable` if it did not
///   answer in time.
result<client> make_local_client(std::shared_ptr<caf::actor_system> home, caf::actor gate,
                                 const options& how);

/// How a process reaches the master at an endpoint.
struct remote_way {
  std::shared_ptr<caf::actor_system> home; ///< Keeps the door open, too.
  std::function<link_handle()> link;       ///< The link to it; to be called while `home` is there.
  std::function<std::string(const wire::hello&)> prove;
};

/// @param how `where`, `secret_file`, `tls` and `admin` are used. Blocks for the disk.
/// @errors as of `cluster_store::open` in worker mode for the files.
result<remote_way> way_to_master(std::shared_ptr<caf::actor_system> home, const options& how);

/// Opens a handle whose proxy hears of its store by `route`: the link of `way`, or what follows it.
/// @param keeps as `wire::hello::keeps`.
result<client> open_by(remote_way way, link_handle route, const options& how, std::string keeps = {});

/// Opens a handle of a store on another process's endpoint; as `make_local_client` otherwise.
/// @param how also `where`, `secret_file` and `tls` are used.
/// @errors as of `cluster_store::open` in worker mode.
result<client> make_remote_client(std::shared_ptr<caf::actor_system> home, const options& how);

} // namespace cluster_store::actors
