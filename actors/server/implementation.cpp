#include <cluster_store/actors/server/implementation.hpp>

#include <thread>
#include <utility>

#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/runtime/process_local.hpp>
#include <cluster_store/actors/wire/greeting.hpp>

namespace cluster_store {

namespace {

constexpr std::chrono::seconds stop_timeout{3};
constexpr std::chrono::milliseconds departure_timeout{1'000};
constexpr std::chrono::milliseconds departure_timeout_if_late{250}; // `stop` takes 5 s at most
constexpr std::chrono::seconds status_timeout{3};

/// Actor systems in which a store hangs: their end would wait for it for ever, so they have none.
struct left_behind {
  std::mutex mutex;
  std::vector<std::shared_ptr<caf::actor_system>> systems;
};

} // namespace

tl::unexpected<error> server::implementation::why_closed() const {
  if (const auto failure = failures_ ? failures_->failure() : std::nullopt)
    return tl::unexpected{*failure};
  return fail(errc::unavailable, "the server was stopped: start another one");
}

result<client> server::implementation::open(const std::shared_ptr<implementation>& self, const options& how) {
  if (actors::callback_scope::active() && !how.lazy)
    return fail(errc::invalid_argument, "opening a handle in a callback would hold up what it waits for: set "
                                        "`lazy`, or open it on another thread");
  const auto gate = open_gate();
  if (!gate || failures_->failure())
    return why_closed();
  auto local = how;
  local.mode = door_ ? mode::master : mode::standalone;
  return actors::make_local_client({self, &system()}, gate, local);
}

server_status server::implementation::status() {
  const auto gate = actors::callback_scope::active() ? caf::actor{} : open_gate();
  if (gate)
    if (auto read =
            actors::ask<actors::status_message>(system(), gate, status_timeout, actors::status_message{})
                .and_then([](const auto& coded) { return wire::decode_status(coded.bytes); }))
      return *std::move(read);
  server_status unknown;
  const std::lock_guard guard{endpoints_->mutex};
  unknown.endpoints = endpoints_->all;
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
  for (auto& each : listeners_)
    each.close();
  static_cast<void>(
      actors::ask<actors::store_started>(system(), gate, departure_timeout, actors::stop_serving{}));
  stop_stores();
  const auto departures = hanging_.empty() ? departure_timeout : departure_timeout_if_late;
  static_cast<void>(
      actors::ask<actors::store_started>(system(), gate, departures, actors::await_departures{}));
  for (auto& each : listeners_)
    each.close_connections(); // others in this actor system may have some, too
  listeners_.clear();
  door_.reset();
  // Last: an actor system that is not ours may end once the gate has.
  caf::anon_send_exit(gate, caf::exit_reason::user_shutdown);
  if (!hanging_.empty()) {
    auto& [mutex, systems] = actors::of_this_process<left_behind>();
    const std::lock_guard kept{mutex};
    systems.push_back(home_);
  }
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

} // namespace cluster_store
