#include <cluster_store/actors/server/implementation.hpp>

#include <algorithm>
#include <thread>
#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/gate/actor.hpp>
#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/runtime/callback.hpp>
#include <cluster_store/actors/runtime/process_bound.hpp>
#include <cluster_store/actors/runtime/process_local.hpp>
#include <cluster_store/actors/runtime/system_clock.hpp>
#include <cluster_store/actors/server/secrets.hpp>
#include <cluster_store/actors/server/store_spec.hpp>
#include <cluster_store/actors/wire/status_codec.hpp>
#include <cluster_store/backends/system/room.hpp>

namespace cluster_store {

namespace {

constexpr std::chrono::hours start_timeout{1}; // an engine may have a long log to read
constexpr std::chrono::seconds stop_timeout{3};
constexpr std::chrono::seconds departure_timeout{1};
constexpr std::chrono::milliseconds departure_timeout_if_late{250}; // `stop` takes 5 s at most
constexpr std::chrono::seconds status_timeout{3};

tl::unexpected<error> stopped() {
  return fail(errc::unavailable, "the server was stopped: start another one");
}

/// Actor systems in which a store hangs: their end would wait for it for ever, so they have none.
class left_behind {
public:
  void add(std::shared_ptr<actors::runtime> what) {
    const std::lock_guard guard{mutex_};
    all_.push_back(std::move(what));
  }

private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<actors::runtime>> all_;
};

/// Asks an actor from outside any actor and waits.
template <class Answer, class Question>
result<Answer> ask(caf::actor_system& system, const caf::actor& whom, caf::timespan timeout,
                   Question question) {
  const actors::program_thread caller;
  caf::scoped_actor self{system};
  result<Answer> out = fail(errc::deadline_exceeded, "no answer in time");
  compat::request(self.ptr(), whom, timeout, std::move(question))
      .receive([&out](const Answer& answer) { out = answer; },
               [&out, &system](const caf::error& why) {
                 out = fail(errc::unavailable, compat::render(system, why));
               });
  return out;
}

} // namespace

tl::unexpected<error> server::implementation::why_unusable(const std::shared_ptr<implementation>& body) {
  if (body)
    return actors::opened_elsewhere();
  return fail(errc::invalid_argument, "the server is empty: it was never started, or moved from");
}

result<void> server::implementation::start(const server_options& how) {
  auto keys = actors::secrets_for(how);
  if (!keys)
    return tl::unexpected{keys.error()};
  tls_files_ = how.tls;
  auto tls = load_certificates();
  if (!tls)
    return tl::unexpected{tls.error()};
  if (!how.listen.empty())
    door_ = door::door::of(system());
  gate_ = system().spawn<actors::gate>(actors::hooks_of(door_, endpoints_, keys->admin.has_value()),
                                       actors::system_clock::instance());
  watch_what_must_live(how.on_failure);
  if (auto started = start_stores(how); !started)
    return started;
  return listen(how, *keys, *tls);
}

/// Its gate ends with it, so that all handles in this process learn of it at once.
void server::implementation::watch_what_must_live(const std::function<void(const error&)>& tell) {
  failures_ = std::make_shared<actors::failure_watch>(
      [tell, gate = caf::actor_cast<caf::weak_actor_ptr>(gate_)](const error& why) {
        if (const auto alive = caf::actor_cast<caf::actor>(gate))
          compat::anonymous_send(alive, caf::exit_msg{alive.address(), actors::to_caf(why)});
        const actors::callback_scope scope;
        actors::call_back(tell, why);
      });
  failures_->watch(gate_, "the gate");
  if (door_)
    failures_->watch(door_->broker(), "the network of CAF");
}

tl::unexpected<error> server::implementation::why_closed() const {
  const auto failure = failures_ ? failures_->failure() : std::nullopt;
  return failure ? tl::unexpected{*failure} : stopped();
}

result<client> server::implementation::open(const std::shared_ptr<implementation>& self, const options& how) {
  if (actors::callback_scope::active() && !how.lazy)
    return fail(errc::invalid_argument, "opening a handle in a callback would hold up what it waits for: set "
                                        "`lazy`, or open it on another thread");
  const auto gate = open_gate();
  if (!gate || failures_->failure())
    return why_closed();
  return actors::make_local_client(system(), self, gate, how);
}

server_status server::implementation::status() {
  const auto gate = actors::callback_scope::active() ? caf::actor{} : open_gate();
  auto coded = gate ? ask<actors::status_message>(system(), gate, caf::timespan{status_timeout},
                                                  actors::status_message{})
                    : result<actors::status_message>{stopped()};
  auto read =
      coded ? wire::decode_status(coded->bytes) : result<server_status>{tl::unexpected{coded.error()}};
  if (read)
    return *std::move(read);
  server_status unknown;
  unknown.endpoints = endpoints_->all();
  return unknown;
}

result<void> server::implementation::reload_certificates() {
  if (!open_gate())
    return why_closed();
  const std::lock_guard one_by_one{reloading_};
  const auto tls = load_certificates(); // a disk may be slow, and `stop` must not wait for it
  if (!tls)
    return tl::unexpected{tls.error()};
  const std::lock_guard guard{stopping_};
  if (!open_gate())
    return why_closed();
  for (auto& each : listeners_)
    if (*tls)
      each.use(**tls);
  return {};
}

result<void> server::implementation::stop(const std::shared_ptr<implementation>& self) {
  result<void> outcome;
  if (actors::callback_scope::active())
    std::thread{[self] { static_cast<void>(self->stop()); }}.detach();
  else
    actors::do_aside([&] { outcome = self->stop(); });
  return outcome;
}

result<void> server::implementation::how_it_ended() const {
  if (hanging_.empty())
    return {};
  return fail(errc::deadline_exceeded,
              "these stores did not end in time, because their engines hang: " + hanging_
                  + "; they are left as after a crash, for the next start");
}

result<void> server::implementation::stop() {
  const std::lock_guard guard{stopping_};
  const auto gate = close_gate();
  if (!gate)
    return how_it_ended();
  if (failures_)
    failures_->end();
  listeners_.clear();
  static_cast<void>(
      ask<actors::store_started>(system(), gate, caf::timespan{departure_timeout}, actors::stop_serving{}));
  stop_stores();
  const auto departures =
      hanging_.empty() ? caf::timespan{departure_timeout} : caf::timespan{departure_timeout_if_late};
  static_cast<void>(ask<actors::store_started>(system(), gate, departures, actors::await_departures{}));
  if (door_)
    door_->shutdown();
  door_.reset();
  // Last: an actor system that is not ours may end once the gate has.
  caf::anon_send_exit(gate, caf::exit_reason::user_shutdown);
  if (!hanging_.empty())
    actors::of_this_process<left_behind>().add(owner_);
  return how_it_ended();
}

caf::actor server::implementation::open_gate() const {
  const std::lock_guard guard{mutex_};
  return gate_;
}

caf::actor server::implementation::close_gate() {
  const std::lock_guard guard{mutex_};
  return std::exchange(gate_, nullptr);
}

/// Starts all at once and waits for each.
result<void> server::implementation::start_stores(const server_options& how) {
  // While they are opened at the same time: two threads each, beside those that engines share.
  if (auto good = check_room({.threads = 2 * how.stores.size() + 4}, "opening the stores"); !good)
    return good;
  for (const auto& each : how.stores) {
    supervisors_.emplace_back(each.name, system().spawn<actors::supervisor>(
                                             actors::spec_of(each, how.memory_bytes_max / how.stores.size()),
                                             gate_, actors::system_clock::instance()));
    failures_->watch(supervisors_.back().second, "the supervisor of store '" + each.name + "'");
  }
  for (std::size_t i = 0; i < supervisors_.size(); ++i) {
    const auto started = ask<actors::store_started>(
        system(), supervisors_[i].second, caf::timespan{start_timeout}, actors::await_first_start{});
    const auto outcome = started ? started->outcome : result<void>{tl::unexpected{started.error()}};
    if (!outcome)
      return fail(outcome.error().code, "store '" + how.stores[i].name + "': " + outcome.error().message);
  }
  return {};
}

/// All at once: they have the same time, however many they are.
void server::implementation::stop_stores() {
  const actors::program_thread caller;
  caf::scoped_actor self{system()};
  const auto ask_to_stop = [&self](const caf::actor& whom) {
    return compat::request(self.ptr(), whom, caf::timespan{stop_timeout}, actors::stop_serving{});
  };
  std::vector<decltype(ask_to_stop(gate_))> answers;
  for (const auto& each : supervisors_)
    answers.push_back(ask_to_stop(each.second));
  for (std::size_t i = 0; i < answers.size(); ++i)
    answers[i].receive([](const actors::store_started&) {},
                       [&](const caf::error& why) {
                         if (why != caf::sec::request_timeout)
                           return; // it had ended before
                         hanging_ += (hanging_.empty() ? "'" : ", '") + supervisors_[i].first + "'";
                       });
  supervisors_.clear();
}

result<std::optional<door::tls_context>> server::implementation::load_certificates() const {
  if (!door::is_set(tls_files_))
    return std::nullopt;
  return door::tls_context::load(tls_files_, door::tls_side::server, actors::system_clock::instance()->wall())
      .map([](auto loaded) { return std::optional{std::move(loaded)}; });
}

result<void> server::implementation::listen(const server_options& how, const door::secrets& keys,
                                            const std::optional<door::tls_context>& tls) {
  for (const auto& where : how.listen) {
    door::listen_options options;
    options.gate = gate_;
    options.keys = keys;
    options.tls = tls;
    options.connections_max = how.connections_max;
    options.on_event = [endpoints = endpoints_, tell = how.on_endpoint](const endpoint_event& event) {
      if (event.what == endpoint_event::kind::lost)
        endpoints->remove(event.where);
      actors::call_back(tell, event);
    };
    auto opened = door_->listen(where, options);
    if (!opened)
      return tl::unexpected{opened.error()};
    endpoints_->add(opened->where());
    listeners_.push_back(std::move(*opened));
  }
  return {};
}

} // namespace cluster_store
