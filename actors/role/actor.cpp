#include <cluster_store/actors/role/actor.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/runtime/process_local.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::actors {

namespace {

using std::chrono::steady_clock;

/// Messages to oneself: this process is the master (attempt), or is not (attempt, code, text); the master
/// cannot go on (attempt, code, text); it has ended.
using taken = caf::put_atom;
using not_taken = caf::delete_atom;
using failed = caf::unpublish_atom;
using stepped_down = caf::ok_atom;

struct all_roles {
  std::mutex mutex;
  std::map<std::pair<const caf::actor_system*, std::string>, std::weak_ptr<const role_membership>> roles;
};

} // namespace

/// What a role shares with the threads that block for it: how it is done, and the server while there is one.
///
/// Threads: any. Ownership: its end, after the actor and the last thread have let go, fulfils the promise.
class role_seat {
public:
  explicit role_seat(role_options how) : how_(std::move(how)) {}
  role_seat(const role_seat&) = delete;
  role_seat& operator=(const role_seat&) = delete;
  ~role_seat() {
    how_ = {}; // what its owners wait for may be that this has gone
    ended_.set_value();
  }

  std::shared_future<void> end() const { return end_; }
  link_handle follow() const { return how_.follow(); }

  /// Blocks. @returns the gate of the server that this process has now.
  result<void> take_over(std::function<void(const error&)> failed) {
    auto outcome = how_.take_over(std::move(failed));
    if (!outcome)
      return tl::unexpected<error>{std::move(outcome).error()};
    std::unique_lock guard{mutex_};
    if (!closed_) {
      server_ = std::move(*outcome);
      return {};
    }
    guard.unlock();
    outcome->stop();
    return fail(errc::unavailable, "nobody wants the store any more");
  }

  caf::actor gate() const {
    const std::lock_guard guard{mutex_};
    return server_ ? server_->gate : caf::actor{};
  }

  /// Blocks.
  void step_down() {
    std::unique_lock guard{mutex_};
    const auto server = std::exchange(server_, std::nullopt);
    guard.unlock();
    if (server)
      server->stop();
  }

  /// There will be no server any more; one that is there is to be ended by `step_down`.
  void close() {
    const std::lock_guard guard{mutex_};
    closed_ = true;
  }

private:
  role_options how_;
  mutable std::mutex mutex_;
  std::optional<mastership> server_;
  bool closed_ = false;
  std::promise<void> ended_;
  std::shared_future<void> end_{ended_.get_future().share()};
};

namespace {

/// @returns false if the system has no more threads.
bool do_blocking(std::function<void()> work) {
  try {
    std::thread{[work = std::move(work)]() mutable {
      const program_thread caller;
      signal_shield::keep();
      std::exchange(work, nullptr)();
    }}.detach();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

template <class... Ts>
void tell_role(const caf::weak_actor_ptr& role, Ts&&... what) {
  if (const auto alive = caf::actor_cast<caf::actor>(role))
    compat::anonymous_send(alive, std::forward<Ts>(what)...);
}

std::uint8_t number_of(errc code) {
  return static_cast<std::uint8_t>(code);
}

} // namespace

role::role(caf::actor_config& config, std::shared_ptr<role_seat> seat)
    : caf::event_based_actor(config), seat_(std::move(seat)), core_(random_bits) {}

caf::behavior role::make_behavior() {
  compat::prepare(this);
  turn([this](cluster_store::steady_time) { core_.start(); });
  return {
      [this](caf::subscribe_atom, const caf::actor& proxy) {
        proxies_.push_back(proxy);
        tell(proxy);
      },
      [this](caf::unsubscribe_atom, const caf::actor& proxy) { std::erase(proxies_, proxy); },
      [this](caf::connect_atom, const caf::actor& gate, const std::string& pass) {
        if (!is_from_link())
          return;
        gate_ = gate;
        pass_ = pass;
        turn([this](cluster_store::steady_time now) { core_.link_up(now); });
      },
      [this](caf::unlink_atom, std::uint8_t code, const std::string& text) {
        if (is_from_link())
          turn([&](cluster_store::steady_time now) { core_.link_down(error_in(code, text), now); });
      },
      [this](taken, std::uint64_t attempt) {
        if (!core_.awaits(attempt))
          return;
        gate_ = seat_->gate();
        pass_.clear();
        turn([&](cluster_store::steady_time now) { core_.took_over(attempt, now); });
      },
      [this](not_taken, std::uint64_t attempt, std::uint8_t code, const std::string& text) {
        turn([&](cluster_store::steady_time now) { core_.not_taken(attempt, error_in(code, text), now); });
      },
      [this](failed, std::uint8_t code, const std::string& text) {
        turn([&](cluster_store::steady_time) { core_.master_failed(error_in(code, text)); });
      },
      [this](stepped_down) { turn([this](cluster_store::steady_time now) { core_.stepped_down(now); }); },
      [this](caf::tick_atom) { turn([this](cluster_store::steady_time now) { core_.tick(now); }); },
      [this](caf::close_atom) { quit(caf::exit_reason::user_shutdown); },
  };
}

void role::on_exit() {
  seat_->close();
  turn([this](cluster_store::steady_time) { core_.stop(); });
  if (step_down at_last; seat_->gate()) // it became the master, and that was not heard of any more
    perform(at_last);
  proxies_.clear();
  gate_ = nullptr;
  const callback_scope scope; // what goes with the seat may wait for this thread
  seat_.reset();
}

template <class Input>
void role::turn(Input&& input) {
  input(steady_clock::now());
  for (auto& each : core_.take_effects())
    std::visit([this](auto& what) { perform(what); }, each);
  arm_timer();
}

/// A link that was left may still have said something.
bool role::is_from_link() {
  return link_ && current_sender() == caf::actor_cast<caf::strong_actor_ptr>(*link_);
}

void role::perform(follow_master&) {
  link_ = seat_->follow();
  compat::send(this, *link_, caf::subscribe_atom_v, caf::actor{this});
}

void role::perform(follow_nobody&) {
  compat::send(this, *link_, caf::unsubscribe_atom_v, caf::actor{this});
  link_.reset();
}

void role::perform(take_over& what) {
  const auto self = caf::actor_cast<caf::weak_actor_ptr>(ctrl());
  const auto lost = [self, attempt = what.attempt](const error& why) {
    tell_role(self, not_taken{}, attempt, number_of(why.code), why.message);
  };
  const bool begun = do_blocking([self, lost, seat = seat_, attempt = what.attempt] {
    const auto outcome = seat->take_over(
        [self](const error& why) { tell_role(self, failed{}, number_of(why.code), why.message); });
    if (outcome)
      tell_role(self, taken{}, attempt);
    else
      lost(outcome.error());
  });
  if (!begun)
    lost({errc::io_error, "the system has no thread for becoming the master: raise the limit of processes "
                          "(ulimit -u, TasksMax= of a service)"});
}

void role::perform(step_down&) {
  gate_ = nullptr;
  const auto self = caf::actor_cast<caf::weak_actor_ptr>(ctrl());
  const auto end = [self, seat = seat_] {
    seat->step_down();
    tell_role(self, stepped_down{});
  };
  if (!do_blocking(end))
    end(); // better late than never
}

void role::perform(announce_role&) {
  last_failure_.reset();
  tell_all();
}

void role::perform(announce_none& what) {
  gate_ = nullptr;
  last_failure_ = what.reason;
  tell_all();
}

void role::tell_all() {
  for (const auto& proxy : proxies_)
    tell(proxy);
}

/// Tells `proxy` what is the case, if anything is known yet.
void role::tell(const caf::actor& proxy) {
  if (core_.is_master() || core_.is_worker())
    compat::send(this, proxy, caf::connect_atom_v, gate_, pass_);
  else if (last_failure_)
    compat::send(this, proxy, caf::unlink_atom_v, number_of(last_failure_->code), last_failure_->message);
}

void role::arm_timer() {
  if (const auto due = core_.next_wakeup())
    compat::delayed_send(
        this, caf::actor{this},
        caf::timespan{std::max(*due - steady_clock::now(), cluster_store::steady_time::duration::zero())},
        caf::tick_atom_v);
}

std::shared_ptr<const role_membership> role_at(caf::actor_system& system, const std::string& name,
                                               role_options how) {
  auto& [mutex, roles] = of_this_process<all_roles>();
  const std::lock_guard guard{mutex};
  std::erase_if(roles, [](const auto& each) { return each.second.expired(); });
  auto& known = roles[{&system, name}];
  if (auto alive = known.lock())
    return alive;
  auto seat = std::make_shared<role_seat>(std::move(how));
  auto ended = seat->end();
  const auto made = std::make_shared<const role_membership>(
      role_membership{handle_of_way(system.spawn<role>(std::move(seat))), std::move(ended)});
  known = made;
  return made;
}

} // namespace cluster_store::actors
