#include <cluster_store/actors/link/actor.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/runtime/process_local.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::actors {

namespace {

using std::chrono::steady_clock;

struct known_link {
  link_handle::weak_type handle;
  caf::weak_actor_ptr body;
};

struct all_links {
  std::mutex mutex;
  std::map<std::pair<const caf::actor_system*, std::string>, known_link> links;
};

/// Messages to oneself: the former link is gone; a connection is open (attempt, gate, pass, number) or
/// failed (attempt, code, text); the gate watched with this number ended.
using former_gone = caf::ok_atom;
using connection_open = caf::put_atom;
using connection_failed = caf::delete_atom;
using gate_gone = caf::unlink_atom;

/// To oneself: there is no broker any more, and why.
using broker_gone = caf::unpublish_atom;

} // namespace

link::link(caf::actor_config& config, link_door door, caf::actor former)
    : caf::event_based_actor(config),
      door_(std::move(door)),
      former_(std::move(former)),
      core_(random_bits) {}

caf::behavior link::make_behavior() {
  compat::prepare(this);
  if (const auto broker = std::exchange(door_.broker, nullptr))
    broker_watch_ = {
        broker, compat::if_alive(caf::actor{this}, [&where = system()](const auto& self, const auto& why) {
          compat::anonymous_send(self, broker_gone{}, compat::render(where, why));
        })};
  if (former_) {
    compat::notify_end(std::exchange(former_, nullptr), caf::actor{this}, former_gone{});
  } else {
    core_.start();
    run();
  }
  return {
      [this](former_gone) {
        core_.start();
        run();
      },
      [this](caf::subscribe_atom, const caf::actor& proxy) {
        proxies_.push_back(proxy);
        tell(proxy);
      },
      [this](caf::unsubscribe_atom, const caf::actor& proxy) { std::erase(proxies_, proxy); },
      [this](connection_open, std::uint64_t attempt, const caf::actor& gate, const std::string& pass,
             std::uint64_t number) {
        opened(attempt, {gate, pass, number});
      },
      [this](connection_failed, std::uint64_t attempt, std::uint8_t code, const std::string& text) {
        core_.failed(attempt, error_in(code, text), steady_clock::now());
        run();
      },
      [this](gate_gone, std::uint64_t watch) {
        if (watch != watch_)
          return;
        core_.lost({errc::unavailable, "the connection to the master was lost"}, steady_clock::now());
        run();
      },
      [this](caf::tick_atom) {
        const auto now = steady_clock::now();
        if (!timer_due_ || now < *timer_due_)
          return; // an earlier one came since this was asked for
        timer_due_.reset();
        core_.tick(now);
        run();
      },
      [this](broker_gone, const std::string& why) {
        quit(to_caf({errc::unavailable, "the network of CAF ended (" + why + ")"}));
      },
      [this](caf::close_atom) { quit(caf::exit_reason::user_shutdown); },
  };
}

void link::on_exit() {
  core_.stop();
  for (auto& each : core_.take_effects())
    if (std::holds_alternative<close_connection>(each))
      door_.leave(connection_.number);
  proxies_.clear();
  connection_ = {};
  door_ = {};
}

void link::run() {
  for (auto& each : core_.take_effects())
    std::visit([this](auto& what) { perform(what); }, each);
  arm_timer();
}

void link::opened(std::uint64_t attempt, link_connection connection) {
  if (!core_.awaits(attempt) || !connection.gate) {
    door_.leave(connection.number);
    // Heeded if it is awaited. CAF 0.17 gives no gate when both processes have the same node id.
    core_.failed(attempt, {errc::unavailable, "the master has no gate, or the node id of this process"},
                 steady_clock::now());
    return run();
  }
  connection_ = std::move(connection);
  gate_watch_ = {connection_.gate,
                 compat::if_alive(caf::actor{this}, [watch = ++watch_](const auto& self, const auto&) {
                   compat::anonymous_send(self, gate_gone{}, watch);
                 })};
  core_.connected(attempt, steady_clock::now());
  run();
}

void link::perform(open_connection& what) {
  door_.connect([self = caf::actor_cast<caf::weak_actor_ptr>(ctrl()), leave = door_.leave,
                 attempt = what.attempt](result<link_connection> outcome) {
    auto strong = caf::actor_cast<caf::actor>(self);
    if (!strong) {
      if (outcome)
        leave(outcome->number);
    } else if (outcome) {
      compat::anonymous_send(strong, connection_open{}, attempt, outcome->gate, outcome->pass,
                             outcome->number);
    } else {
      compat::anonymous_send(strong, connection_failed{}, attempt,
                             static_cast<std::uint8_t>(outcome.error().code), outcome.error().message);
    }
  });
}

void link::perform(close_connection&) {
  ++watch_; // its gate's end is no news
  door_.close(connection_.number);
  connection_ = {};
}

void link::perform(send_beat& what) {
  compat::request(this, connection_.gate, caf::timespan{link_core::silence_max},
                  beat_message{connection_.pass})
      .then([this, attempt = what.attempt](const beat_message&) { core_.beat_answered(attempt); },
            [](const caf::error&) {}); // silence, or the end of the gate, is found out elsewhere
}

void link::perform(announce_up&) {
  last_failure_.reset();
  for (const auto& proxy : proxies_)
    tell(proxy);
}

void link::perform(announce_down& what) {
  last_failure_ = what.reason;
  for (const auto& proxy : proxies_)
    tell(proxy);
}

/// Tells `proxy` what is the case, if anything is known yet.
void link::tell(const caf::actor& proxy) {
  if (core_.is_up())
    compat::send(this, proxy, caf::connect_atom_v, connection_.gate, connection_.pass);
  else if (last_failure_)
    compat::send(this, proxy, caf::unlink_atom_v, static_cast<std::uint8_t>(last_failure_->code),
                 last_failure_->message);
}

void link::arm_timer() {
  const auto due = core_.next_wakeup();
  if (!due || (timer_due_ && *timer_due_ <= *due))
    return;
  timer_due_ = due;
  const auto delay = std::max(*due - steady_clock::now(), cluster_store::steady_time::duration::zero());
  compat::delayed_send(this, caf::actor{this}, caf::timespan{delay}, caf::tick_atom_v);
}

error error_in(std::uint8_t code, const std::string& text) {
  return {errc_from(code).value_or(errc::unavailable), text};
}

link_handle handle_of_way(const caf::actor& way) {
  return {new caf::actor(way), [](const caf::actor* body) {
            compat::anonymous_send(*body, caf::close_atom_v);
            delete body;
          }};
}

link_handle link_to(caf::actor_system& system, const std::string& way,
                    const std::function<link_door()>& door) {
  auto& [mutex, links] = of_this_process<all_links>();
  const std::lock_guard lock{mutex};
  std::erase_if(links, [](const auto& each) {
    return each.second.handle.expired() && !caf::actor_cast<caf::actor>(each.second.body);
  });
  auto& known = links[{&system, way}];
  if (auto alive = known.handle.lock())
    return alive;
  const auto made = handle_of_way(system.spawn<link>(door(), caf::actor_cast<caf::actor>(known.body)));
  known = {made, caf::actor_cast<caf::weak_actor_ptr>(*made)};
  return made;
}

} // namespace cluster_store::actors
