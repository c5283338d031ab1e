#include <cluster_store/actors/store/actor.hpp>

#include <utility>

#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::actors {

namespace {

constexpr std::chrono::seconds tick_interval{1};

} // namespace

store_actor::store_actor(caf::actor_config& config, std::shared_ptr<backends::backend> engine,
                         store_core_options how, std::shared_ptr<const cluster_store::clock> time,
                         caf::strong_actor_ptr starter)
    : network_actor(config),
      engine_(std::move(engine)),
      core_(std::make_unique<store_core>(std::move(how), *engine_)),
      clock_(std::move(time)),
      starter_(std::move(starter)) {}

caf::behavior store_actor::make_behavior() {
  compat::prepare(this);
  if (engine_->traits().may_block)
    signal_shield::keep(); // it has a thread of its own
  const auto loaded = core_->load(random_array<wire::token>(), clock_->steady());
  compat::send(this, caf::actor_cast<caf::actor>(std::exchange(starter_, nullptr)), store_started{loaded});
  if (!loaded) {
    die(loaded.error().message);
    return {};
  }
  compat::delayed_send(this, caf::actor{this}, caf::timespan{tick_interval}, tick_store{});
  return {
      [this](batch_message& message) { take(message); },
      [this](const flush_store&) { flush(); },
      [this](const tick_store&) { tick(); },
      [this](const grant_ticket& order) { return grant(order); },
      [this](const proxy_gone& who) {
        core_->left(who.client, who.ticket, clock_->steady());
        arm(); // others may have room now
        if (const auto at = routes_.find(who.client); at != routes_.end() && at->second.ticket == who.ticket)
          routes_.erase(at);
      },
      [this](const bye_message& message) {
        if (const auto farewell = wire::decode_bye(message.bytes)) {
          core_->said_bye(*farewell);
          arm();
        }
      },
      [this](const ask_figures&) { return core_->figures(); },
      [this](const stop_serving&) { drain(); },
  };
}

void store_actor::on_exit() {
  gate_ = nullptr;
  routes_.clear();
  core_.reset();
  engine_.reset();
}

granted_ticket store_actor::grant(const grant_ticket& order) {
  gate_ = current_sender();
  auto welcome = core_->grant(order.client, order.allowed, order.answers_window);
  if (welcome) {
    routes_[order.client] = {welcome->ticket, caf::actor_cast<caf::actor>(order.proxy)};
    compat::notify_end(order.proxy, caf::actor{this}, proxy_gone{order.client, welcome->ticket});
  }
  return {std::move(welcome)};
}

void store_actor::take(batch_message& message) {
  message_came();
  if (auto refusal = core_->submit(std::move(message.bytes)))
    compat::send(this, caf::actor_cast<caf::actor>(current_sender()), results_message{std::move(*refusal)});
  else
    arm();
}

/// The flush comes behind everything that is in the mailbox now: all of it goes into one commit.
void store_actor::arm() {
  if (!std::exchange(armed_, true))
    compat::send(this, caf::actor{this}, flush_store{});
}

void store_actor::flush() {
  armed_ = false;
  if (!core_->prepare(clock_->wall()))
    return core_->must_restart() ? die("the engine is broken") : void();
  std::string problem = "the engine is broken";
  if (core_->staged().empty()) {
    send_frames(core_->finish());
  } else {
    const auto verdict = engine_->apply(core_->staged());
    if (!verdict)
      problem = verdict.error().message;
    send_frames(core_->finish(verdict));
  }
  if (core_->must_restart())
    die(problem);
  else
    arm(); // until there is nothing left to prepare
}

void store_actor::send_frames(std::vector<outgoing_frame> frames) {
  for (auto& frame : frames)
    if (const auto at = routes_.find(frame.client); at != routes_.end())
      compat::send(this, at->second.proxy, results_message{std::move(frame.bytes)});
  expect_message();
}

void store_actor::tick() {
  compat::delayed_send(this, caf::actor{this}, caf::timespan{tick_interval}, tick_store{});
  for (const auto& stuck : core_->tick(clock_->steady()))
    if (gate_)
      compat::send(this, caf::actor_cast<caf::actor>(gate_), client_is_stuck{stuck});
  if (core_->comes_to_rest())
    memory_.take(nullptr);
  arm();
  if (engine_->traits().sync != backends::traits::syncing::interval)
    return;
  if (auto synced = engine_->sync(); !synced && engine_->broken())
    die(synced.error().message);
}

/// What was accepted is answered; then the store ends.
void store_actor::drain() {
  while (armed_)
    flush();
  if (engine_)
    static_cast<void>(engine_->sync());
  quit(caf::exit_reason::user_shutdown);
}

void store_actor::die(const std::string& why) {
  armed_ = false;
  quit(caf::make_error(caf::sec::runtime_error, why));
}

} // namespace cluster_store::actors
