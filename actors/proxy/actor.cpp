#include <cluster_store/actors/proxy/actor.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/actors/runtime/worker_number.hpp>

namespace cluster_store::actors {

namespace {

using std::chrono::steady_clock;

/// How long a hello may take. Longer than a silent master is tolerated, so the link notices first.
constexpr std::chrono::seconds hello_timeout{7};

/// How long a farewell may take: a master that does not answer will forget the client by itself.
constexpr std::chrono::milliseconds bye_timeout{1'000};

/// How often a turn looks for new submissions before it makes room for other messages.
constexpr int looks_max = 4;

/// @returns whether a store actor that ended with `why` may have been killed by what it was doing: neither
/// cut off nor stopped on purpose.
bool is_death(const caf::error& why) {
  return why && !(why == caf::exit_reason::remote_link_unreachable)
         && !(why == caf::exit_reason::user_shutdown);
}

/// An operation whose answer is promised to a component.
template <class Operation>
class promised_call final : public call {
public:
  using reply = typename Operation::reply;

  explicit promised_call(caf::typed_response_promise<reply> promise) : promise_(std::move(promise)) {}

  void done(result<wire::reply>&& what) noexcept override {
    if (auto answer = read_answer<Operation>(std::move(what)))
      promise_.deliver(*std::move(answer));
    else
      promise_.deliver(to_caf(answer.error()));
  }

private:
  caf::typed_response_promise<reply> promise_;
};

/// Who started this process may want to know that it is connected.
proxy_core::settings with_worker_number(proxy_core::settings how) {
  how.worker_number = worker_number();
  return how;
}

} // namespace

proxy::proxy(caf::actor_config& config, proxy_options how, std::shared_ptr<handle_state> state)
    : network_actor(config),
      how_(std::move(how)),
      state_(std::move(state)),
      core_(with_worker_number(how_.core), steady_clock::now()) {}

// -- what it understands
// ------------------------------------------------------------------------------------

caf::behavior proxy::make_behavior() {
  compat::prepare(this);
  compat::on_exit_message(this, [this](const caf::error&) { close(); });
  if (how_.link) {
    compat::send(this, *how_.link, caf::subscribe_atom_v, caf::actor{this});
    watch_route(*how_.link);
  } else {
    compat::send(this, caf::actor{this}, caf::connect_atom_v, how_.gate, std::string{});
    watch_route(std::exchange(how_.gate, nullptr));
  }
  return understand(static_cast<const operations::all_operations<std::string>*>(nullptr));
}

template <class... Operations>
caf::behavior proxy::understand(const std::tuple<Operations...>*) {
  return {
      [this](const Operations& what) { return ask(what); }...,
      [this](const results_message& x) {
        message_came();
        turn([&](cluster_store::steady_time now) { core_.results(x.bytes, now); });
      },
      [](const push_message&) {}, // reserved: masters of protocol 1 send none
      [this](caf::flush_atom) { turn([](cluster_store::steady_time) {}); },
      [this](caf::tick_atom) {
        if (!timer_due_ || steady_clock::now() < *timer_due_)
          return; // an earlier one came since this was asked for
        timer_due_.reset();
        turn([this](cluster_store::steady_time now) { core_.tick(now); });
      },
      [this](caf::connect_atom, const caf::actor& gate, const std::string& pass) {
        gate_ = gate;
        if (how_.changes_role)
          note_role(pass.empty() ? mode::master : mode::worker);
        wire::token token{};
        std::memcpy(token.data(), pass.data(), std::min(token.size(), pass.size()));
        turn([&](cluster_store::steady_time now) { core_.link_up(token, now); });
      },
      [this](caf::unlink_atom, std::uint8_t code, const std::string& text) {
        gate_ = nullptr;
        turn([&](cluster_store::steady_time now) { core_.link_down(error_in(code, text), now); });
      },
      [this](caf::leave_atom, const std::string& failure) { route_ended(failure); },
      [this](caf::delete_atom, std::uint64_t watch, bool died) {
        if (watch != watch_)
          return;
        store_ = nullptr;
        turn([&](cluster_store::steady_time now) { core_.store_lost(died, now); });
      },
      [this](caf::close_atom) { close(); },
  };
}

template <class Operation>
caf::result<typename Operation::reply> proxy::ask(const Operation& what) {
  auto promise = make_response_promise<typename Operation::reply>();
  const auto refuse = [&promise](const error& why) {
    promise.deliver(to_caf(why));
    return promise;
  };
  if (const auto asking = current_sender(); asking && asking->node() != system().node())
    return refuse({errc::invalid_argument,
                   "a proxy's handle was sent to another process: open a store there, requests do not "
                   "travel"});
  if (const auto valid = check_operation(what, state_->facts()); !valid)
    return refuse(valid.error());
  auto made = make_call<promised_call<Operation>>(what, promise);
  turn([&](cluster_store::steady_time now) { core_.submit(std::move(made), now); });
  return promise;
}

// -- one turn
// -----------------------------------------------------------------------------------------------

template <class Input>
void proxy::turn(Input&& input) {
  const callback_scope scope;
  const auto now = steady_clock::now();
  state_->queue.awake();
  input(now);
  take_submissions(now);
  core_.flush(now);
  perform(core_.take_effects());
  state_->note_pending(core_.pending());
  arm_timer();
}

void proxy::take_submissions(cluster_store::steady_time now) {
  for (int look = 0; look < looks_max; ++look) {
    if (!state_->queue.take(taken_))
      return;
    for (auto& each : taken_)
      core_.submit(std::move(each), now);
    taken_.clear();
  }
  compat::send(this, caf::actor{this}, caf::flush_atom_v);
}

void proxy::arm_timer() {
  const auto due = core_.next_wakeup();
  if (!due || closing_ || (timer_due_ && *timer_due_ <= *due))
    return;
  timer_due_ = due;
  const auto delay = std::max(*due - steady_clock::now(), cluster_store::steady_time::duration::zero());
  compat::delayed_send(this, caf::actor{this}, caf::timespan{delay}, caf::tick_atom_v);
}

void proxy::perform(std::vector<proxy_core::effect> effects) {
  for (auto& each : effects)
    std::visit([this](auto& what) { perform(what); }, each);
}

void proxy::perform(say_hello& what) {
  if (!gate_)
    return;
  compat::request(this, gate_, caf::timespan{hello_timeout}, hello_message{std::move(what.bytes)})
      .then([this, attempt = what.attempt](welcome_message& message) { welcomed(attempt, message); },
            [this, attempt = what.attempt](const caf::error& why) {
              const auto text = "the gate did not answer: " + from_caf(system(), why).message;
              turn([&](cluster_store::steady_time now) {
                core_.welcomed(attempt, fail(errc::unavailable, text), now);
              });
            });
}

void proxy::welcomed(std::uint64_t attempt, welcome_message& message) {
  if (!core_.awaits(attempt))
    return;
  auto welcome = wire::decode_welcome(message.bytes);
  if (welcome && !message.store)
    welcome = fail(errc::unavailable, "the welcome names no store actor");
  if (welcome)
    watch(caf::actor_cast<caf::actor>(message.store));
  turn([&](cluster_store::steady_time now) { core_.welcomed(attempt, std::move(welcome), now); });
}

void proxy::perform(send_batch& what) {
  if (store_)
    compat::send(this, store_, batch_message{std::move(what.bytes)});
  expect_message();
}

void proxy::perform(say_bye& what) {
  if (!store_)
    return;
  if (!closing_) {
    compat::send(this, store_, bye_message{std::move(what.bytes)});
    return;
  }
  farewell_ = true;
  compat::request(this, store_, caf::timespan{bye_timeout}, bye_message{std::move(what.bytes)})
      .then([this] { quit(caf::exit_reason::user_shutdown); },
            [this](const caf::error&) { quit(caf::exit_reason::user_shutdown); });
}

void proxy::perform(connected& what) {
  state_->note_connected(what.capabilities, what.limits);
  state_->count_callback(call_back(how_.on_connect));
}

void proxy::perform(disconnected& what) {
  state_->note_disconnected();
  state_->count_callback(call_back(how_.on_disconnect, what.reason));
}

void proxy::perform(attempt_failed& what) {
  state_->note_failure(what.reason, is_terminal(what.reason.code));
}

// -- whom it watches
// ----------------------------------------------------------------------------------------

/// The store actor of a welcome. Its end comes back as a message with the number of this watch.
void proxy::watch(caf::actor store) {
  if (store == store_)
    return;
  store_ = std::move(store);
  store_watch_ = {store_,
                  compat::if_alive(caf::actor{this}, [watch = ++watch_](const auto& self, const auto& why) {
                    compat::anonymous_send(self, caf::delete_atom_v, watch, is_death(why));
                  })};
}

/// The gate of the local route is there from the start, and the link of the remote one connects by itself:
/// when it ends there is no other.
void proxy::watch_route(const caf::actor& route) {
  route_watch_ = {
      route, compat::if_alive(caf::actor{this}, [&where = system()](const auto& self, const auto& why) {
        const bool meant = !why || why == caf::exit_reason::user_shutdown;
        compat::anonymous_send(self, caf::leave_atom_v, meant ? std::string{} : from_caf(where, why).message);
      })};
}

/// What waits for another way would wait in vain.
void proxy::route_ended(const std::string& failure) {
  const error why{errc::unavailable, failure.empty() ? "the server was stopped"
                                                     : "nothing leads to the store any more: " + failure};
  gate_ = nullptr;
  turn([&](cluster_store::steady_time now) { core_.link_down(why, now); });
  state_->note_failure(why, true);
  close(why.message);
  if (!failure.empty())
    tell_of_failure(why);
}

void proxy::note_role(mode role) {
  const callback_scope scope;
  if (state_->note_role(role))
    state_->count_callback(call_back(how_.on_role, role));
}

void proxy::tell_of_failure(const error& why) {
  const callback_scope scope;
  auto tell = std::exchange(how_.on_failure, nullptr);
  state_->count_callback(call_back(tell, why));
}

// -- the end
// ------------------------------------------------------------------------------------------------

void proxy::close(const std::string& why) {
  if (std::exchange(closing_, true))
    return;
  state_->queue.close();
  turn([&](cluster_store::steady_time now) {
    take_submissions(now);
    core_.close(why);
  });
  if (!farewell_)
    quit(caf::exit_reason::user_shutdown);
}

void proxy::on_exit() {
  const callback_scope scope;
  const bool meant = std::exchange(closing_, true);
  state_->queue.close();
  take_submissions(steady_clock::now());
  core_.close();
  for (auto& each : core_.take_effects())
    if (auto* lost = std::get_if<disconnected>(&each)) // the only one that still matters
      perform(*lost);
  if (how_.link)
    compat::anonymous_send(*how_.link, caf::unsubscribe_atom_v, caf::actor{this});
  if (!meant) {
    const error why{errc::unavailable, "the handle's proxy ended before it was closed"};
    state_->note_failure(why, true);
    tell_of_failure(why);
  }
  how_ = {};
  store_watch_ = {};
  route_watch_ = {};
  gate_ = nullptr;
  store_ = nullptr;
}

} // namespace cluster_store::actors
