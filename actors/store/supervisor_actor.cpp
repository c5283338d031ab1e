#include <cluster_store/actors/store/supervisor_actor.hpp>

#include <utility>

#include <cluster_store/actors/store/actor.hpp>
#include <cluster_store/backends/system/room.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>
#include <cluster_store/backends/user_code.hpp>

namespace cluster_store::actors {

namespace {

constexpr std::chrono::milliseconds first_start_interval{20};

using open_function = std::function<result<std::unique_ptr<backends::backend>>()>;

/// An opener that ended without a word would be waited for.
result<std::shared_ptr<backends::backend>> opened(const open_function& open) {
  using engine = result<std::shared_ptr<backends::backend>>;
  return backends::call_user_code([&] { return engine{open()}; },
                                  [](const std::string& thrown) -> engine {
                                    return fail(errc::io_error, "opening the backend failed: " + thrown);
                                  });
}

/// Opens one backend on a thread of its own, where it may block, reports and ends.
class opener : public caf::event_based_actor {
public:
  opener(caf::actor_config& config, open_function open, caf::actor parent)
      : caf::event_based_actor(config), open_(std::move(open)), parent_(std::move(parent)) {}

  caf::behavior make_behavior() override {
    compat::prepare(this);
    signal_shield::keep(); // its thread and those that the engine starts
    compat::send(this, std::exchange(parent_, nullptr),
                 backend_opened{opened(std::exchange(open_, nullptr))});
    return {};
  }

private:
  open_function open_;
  caf::actor parent_;
};

} // namespace

supervisor::supervisor(caf::actor_config& config, store_spec what, caf::actor gate,
                       std::shared_ptr<const cluster_store::clock> time, restart_window::settings restarts)
    : caf::event_based_actor(config),
      spec_(std::move(what)),
      gate_(std::move(gate)),
      clock_(std::move(time)),
      window_(restarts),
      impatient_at_(clock_->steady() + spec_.start_patience) {}

caf::behavior supervisor::make_behavior() {
  compat::prepare(this);
  start();
  return {
      [this](const tick_store&) {
        if (!stopping_)
          start();
      },
      [this](backend_opened& answer) { opened(answer); },
      [this](const store_started& answer) { started(answer); },
      [this](const store_ended& end) { ended(end.reason); },
      [this](const await_first_start&) { return await_start(); },
      [this](const stop_serving&) { return stop(); },
  };
}

void supervisor::on_exit() {
  if (store_) // this ends by a failure, and nobody else would stop the store
    caf::anon_send_exit(store_, caf::exit_reason::user_shutdown);
  store_ = nullptr;
  gate_ = nullptr;
  kept_.reset();
}

void supervisor::start() {
  if (kept_)
    return adopt(kept_);
  const auto opening = spawn_with_thread<opener>(spec_.open, caf::actor{this});
  if (!opening)
    return start_failed(opening.error());
  opening_ = true;
  compat::attach(*opening, compat::if_alive(caf::actor{this}, [&where = system()](const auto& parent,
                                                                                  const auto& why) {
    if (why) // ended by an exception it has not said anything
      compat::anonymous_send(parent, backend_opened{fail(errc::io_error, "opening the backend failed: "
                                                                             + compat::render(where, why))});
  }));
}

/// Spawns an actor that may block, or says that the system has no thread for it.
template <class Actor, class... Ts>
result<caf::actor> supervisor::spawn_with_thread(Ts&&... arguments) {
  const auto what = "the store '" + spec_.name + "'";
  if (auto good = check_room({.threads = 1}, what); !good)
    return tl::unexpected<error>{std::move(good).error()};
  if (auto made = compat::spawn_detached<Actor>(*this, std::forward<Ts>(arguments)...))
    return made;
  return fail(errc::io_error, what
                                  + " got no thread of its own: raise the limit of processes (ulimit -u, "
                                    "TasksMax= of a service)");
}

void supervisor::opened(backend_opened& answer) {
  if (!std::exchange(opening_, false))
    return;
  if (stopping_)
    return finish();
  if (!answer.engine)
    return start_failed(answer.engine.error());
  adopt(std::move(*answer.engine));
}

void supervisor::adopt(std::shared_ptr<backends::backend> engine) {
  const auto traits = engine->traits();
  engine_name_ = traits.engine;
  kept_ = traits.durable ? nullptr : engine;
  const auto self = caf::actor_cast<caf::strong_actor_ptr>(caf::actor{this});
  auto made = traits.may_block
                  ? spawn_with_thread<store_actor>(std::move(engine), spec_.core, clock_, self)
                  : result<caf::actor>{spawn<store_actor>(std::move(engine), spec_.core, clock_, self)};
  if (!made)
    return start_failed(made.error());
  store_ = std::move(*made);
  compat::attach(store_,
                 compat::if_alive(caf::actor{this}, [&where = system()](const auto& parent, const auto& why) {
                   compat::anonymous_send(parent, store_ended{compat::render(where, why)});
                 }));
}

void supervisor::started(const store_started& answer) {
  if (!answer.outcome) {
    start_error_ = answer.outcome.error(); // the store actor ends next
    return;
  }
  announce({}); // first: whoever hears that the store has started finds it at the gate
  settle_first_start({});
}

void supervisor::ended(const std::string& reason) {
  store_ = nullptr;
  if (stopping_)
    return finish();
  if (kept_ && kept_->broken())
    kept_.reset();
  if (auto why = std::exchange(start_error_, std::nullopt))
    return start_failed(*why);
  retry("the store ended (" + reason + ") and is being restarted");
}

void supervisor::start_failed(const error& why) {
  if (!first_start_ && !is_terminal(why.code) && clock_->steady() < impatient_at_) {
    announce(why.message);
    return start_again_in(first_start_interval);
  }
  settle_first_start(tl::unexpected{why});
  retry(why.message);
}

void supervisor::retry(const std::string& problem) {
  announce(problem);
  ++restarts_;
  start_again_in(window_.ended(clock_->steady()));
}

void supervisor::start_again_in(std::chrono::milliseconds delay) {
  compat::delayed_send(this, caf::actor{this}, caf::timespan{delay}, tick_store{});
}

void supervisor::announce(const std::string& problem) {
  compat::send(this, gate_,
               store_changed{spec_.name, engine_name_, caf::actor_cast<caf::strong_actor_ptr>(store_),
                             restarts_, problem});
}

void supervisor::settle_first_start(const result<void>& outcome) {
  if (first_start_)
    return;
  first_start_ = outcome;
  if (waiting_.pending())
    waiting_.deliver(store_started{outcome});
}

caf::result<store_started> supervisor::await_start() {
  if (first_start_)
    return store_started{*first_start_};
  waiting_ = make_response_promise<store_started>();
  return waiting_;
}

caf::result<store_started> supervisor::stop() {
  stopping_ = true;
  stopped_ = make_response_promise<store_started>();
  const auto promise = stopped_;
  if (store_)
    compat::send(this, store_, stop_serving{});
  else if (!opening_)
    finish();
  return promise;
}

void supervisor::finish() {
  settle_first_start(fail(errc::unavailable, "the store was stopped before it had started"));
  if (stopped_.pending())
    stopped_.deliver(store_started{});
  quit(caf::exit_reason::user_shutdown);
}

} // namespace cluster_store::actors
