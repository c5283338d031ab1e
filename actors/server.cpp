#include <cluster_store/actors/server.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <cluster_store/actors/absolute_paths.hpp>
#include <cluster_store/actors/client_implementation.hpp>
#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/exit_end.hpp>
#include <cluster_store/actors/gate.hpp>
#include <cluster_store/actors/options_check.hpp>
#include <cluster_store/actors/process_bound.hpp>
#include <cluster_store/actors/random.hpp>
#include <cluster_store/actors/runtime.hpp>
#include <cluster_store/actors/serve_in.hpp>
#include <cluster_store/actors/server_check.hpp>
#include <cluster_store/actors/server_hooks.hpp>
#include <cluster_store/actors/status.hpp>
#include <cluster_store/actors/supervisor.hpp>
#include <cluster_store/actors/system_clock.hpp>
#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/forked.hpp>
#include <cluster_store/backends/room.hpp>

namespace cluster_store {

namespace {

constexpr std::chrono::hours start_timeout{1}; // an engine may have a long log to read
constexpr std::chrono::seconds stop_timeout{3};
constexpr std::chrono::seconds departure_timeout{1};
constexpr std::chrono::seconds status_timeout{3};

actors::store_spec spec_of(const store_options& how) {
  actors::store_spec out;
  out.name = how.name;
  out.core.limits = how.limits;
  out.core.in_flight_max = how.in_flight_max;
  out.core.clients.results_max = how.in_flight_max;
  out.core.ttl_default = how.ttl_default;
  out.core.logout_guard = how.logout_guard;
  // Shared: the supervisor copies this for every start, and a program's own factory may not like to be
  // copied.
  const auto open = std::make_shared<const backends::factory>(how.open);
  out.open = [uri = how.uri, open, engines = backends::registry::with_builtin_engines(),
              was_open = std::make_shared<std::atomic<bool>>(false)]() {
    return backends::parse_uri(uri)
        .and_then([&](const backends::uri& where) {
          const auto there = *was_open && !*open ? engines.check_presence(where) : result<void>{};
          return there.map([&] { return where; });
        })
        .and_then([&](const backends::uri& where) {
          return *open ? backends::open_contained(*open, where) : engines.open(where);
        })
        .map([&](std::unique_ptr<backends::backend> opened) {
          *was_open = true;
          return opened;
        });
  };
  return out;
}

/// The secrets, as far as they are needed: on TCP, and to keep admins apart.
result<door::secrets> secrets_for(const server_options& how) {
  door::secrets out;
  const auto read = [](result<door::secret> key, std::optional<door::secret>& into) -> result<void> {
    if (!key)
      return fail(key.error().code == errc::io_error ? errc::io_error : errc::unauthorized,
                  key.error().message);
    into = std::move(*key);
    return {};
  };
  if (!how.admin_secret_file.empty())
    if (auto done = read(door::load_secret(how.admin_secret_file), out.admin); !done)
      return tl::unexpected{done.error()};
  if (std::none_of(how.listen.begin(), how.listen.end(),
                   [](const endpoint& each) { return each.what == endpoint::kind::tcp; }))
    return out;
  auto key = how.secret_file.empty() ? door::load_or_create_secret(door::default_secret_path())
                                     : door::load_secret(how.secret_file);
  if (auto done = read(std::move(key), out.worker); !done)
    return tl::unexpected{done.error()};
  if (out.admin && out.admin->reveal() == out.worker->reveal())
    return fail(errc::invalid_argument, "the secret of admins is the one of workers: " + how.admin_secret_file
                                            + " needs one of its own");
  return out;
}

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

/// Everything a master consists of. Members are ended in `stop`, in reverse order of their start.
class server::implementation : public actors::ended_at_exit {
public:
  /// @param owner of `system`; empty if the caller sees to it that it outlives this.
  implementation(caf::actor_system& system, std::shared_ptr<actors::runtime> owner)
      : owner_(std::move(owner)), system_(system) {}

  ~implementation() { stop(); }

  /// @returns false for an empty handle, and for one that was opened in another process. Takes no lock.
  static bool is_usable(const std::shared_ptr<implementation>& body) noexcept {
    return body && body->process_ == current_process();
  }

  static tl::unexpected<error> why_unusable(const std::shared_ptr<implementation>& body) {
    if (body)
      return actors::opened_elsewhere();
    return fail(errc::invalid_argument, "the server is empty: it was never started, or moved from");
  }

  void end_at_exit(bool) override { stop(); }

  result<void> start(const server_options& how) {
    auto keys = secrets_for(how);
    if (!keys)
      return tl::unexpected{keys.error()};
    tls_files_ = how.tls;
    auto tls = load_certificates();
    if (!tls)
      return tl::unexpected{tls.error()};
    if (!how.listen.empty())
      door_ = door::door::of(system());
    gate_ = system().spawn<actors::gate>(actors::random_bits(),
                                         actors::hooks_of(door_, endpoints_, keys->admin.has_value()),
                                         actors::system_clock::instance());
    if (auto started = start_stores(how); !started)
      return started;
    return listen(how, *keys, *tls);
  }

  result<client> open(const std::shared_ptr<implementation>& self, const options& how) {
    if (actors::callback_scope::active() && !how.lazy)
      return fail(errc::invalid_argument,
                  "opening a handle in a callback would hold up what it waits for: set "
                  "`lazy`, or open it on another thread");
    const auto gate = open_gate();
    return gate ? actors::make_local_client(system(), self, gate, how) : result<client>{stopped()};
  }

  server_status status() {
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

  result<void> reload_certificates() {
    const std::lock_guard guard{stopping_};
    if (!open_gate())
      return stopped();
    const auto tls = load_certificates();
    if (!tls)
      return tl::unexpected{tls.error()};
    for (auto& each : listeners_)
      if (*tls)
        each.use(**tls);
    return {};
  }

  /// In a callback, that is on a thread that may be needed, the end is handed to a thread of its own.
  static void stop(const std::shared_ptr<implementation>& self) {
    if (actors::callback_scope::active())
      std::thread{[self] { self->stop(); }}.detach();
    else
      actors::do_aside([&self] { self->stop(); });
  }

  void stop() {
    const std::lock_guard guard{stopping_};
    const auto gate = close_gate();
    if (!gate)
      return;
    listeners_.clear();
    static_cast<void>(
        ask<actors::store_started>(system(), gate, caf::timespan{status_timeout}, actors::stop_serving{}));
    stop_stores();
    static_cast<void>(ask<actors::store_started>(system(), gate, caf::timespan{departure_timeout},
                                                 actors::await_departures{}));
    if (door_)
      door_->shutdown();
    door_.reset();
    // Last: an actor system that is not ours may end once the gate has.
    caf::anon_send_exit(gate, caf::exit_reason::user_shutdown);
  }

private:
  caf::actor_system& system() { return system_; }

  static tl::unexpected<error> stopped() {
    return fail(errc::unavailable, "the server was stopped: start another one");
  }

  /// @returns the gate, or nothing from the beginning of `stop`.
  caf::actor open_gate() const {
    const std::lock_guard guard{mutex_};
    return gate_;
  }

  caf::actor close_gate() {
    const std::lock_guard guard{mutex_};
    return std::exchange(gate_, nullptr);
  }

  /// Starts all at once and waits for each.
  result<void> start_stores(const server_options& how) {
    // While they are opened at the same time: two threads each, beside those that engines share.
    if (auto good = check_room({.threads = 2 * how.stores.size() + 4}, "opening the stores"); !good)
      return good;
    for (const auto& each : how.stores)
      supervisors_.push_back(
          system().spawn<actors::supervisor>(spec_of(each), gate_, actors::system_clock::instance()));
    for (std::size_t i = 0; i < supervisors_.size(); ++i) {
      const auto started = ask<actors::store_started>(system(), supervisors_[i], caf::timespan{start_timeout},
                                                      actors::await_first_start{});
      const auto outcome = started ? started->outcome : result<void>{tl::unexpected{started.error()}};
      if (!outcome)
        return fail(outcome.error().code, "store '" + how.stores[i].name + "': " + outcome.error().message);
    }
    return {};
  }

  /// @returns nothing if there is no TLS.
  result<std::optional<door::tls_context>> load_certificates() const {
    if (!door::is_set(tls_files_))
      return std::nullopt;
    return door::tls_context::load(tls_files_, door::tls_side::server,
                                   actors::system_clock::instance()->wall())
        .map([](auto loaded) { return std::optional{std::move(loaded)}; });
  }

  result<void> listen(const server_options& how, const door::secrets& keys,
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

  /// A store that does not end in time is left to the end of the actor system.
  void stop_stores() {
    const auto deadline = actors::system_clock::instance()->steady() + stop_timeout;
    for (const auto& each : supervisors_) {
      const auto left = std::max<steady_time::duration>(deadline - actors::system_clock::instance()->steady(),
                                                        std::chrono::milliseconds{100});
      static_cast<void>(
          ask<actors::store_started>(system(), each, caf::timespan{left}, actors::stop_serving{}));
    }
    supervisors_.clear();
  }

  const process_stamp process_ = current_process();
  std::shared_ptr<actors::runtime> owner_;
  caf::actor_system& system_;
  std::shared_ptr<door::door> door_;
  std::shared_ptr<actors::endpoint_list> endpoints_ = std::make_shared<actors::endpoint_list>();
  tls_options tls_files_;
  mutable std::mutex mutex_;
  caf::actor gate_; ///< Guarded by `mutex_`, but for the start.
  std::vector<caf::actor> supervisors_;
  std::vector<door::listener> listeners_;
  std::mutex stopping_;
};

result<client> server::open(const std::string& name, const call_options& calls) {
  options how;
  how.store.name = name;
  how.calls = calls;
  return open(how);
}

result<client> server::open(const options& how) {
  return implementation::is_usable(body_) ? body_->open(body_, how)
                                          : result<client>{implementation::why_unusable(body_)};
}

server_status server::status() const {
  server_status out;
  if (implementation::is_usable(body_))
    actors::do_aside([&] { out = body_->status(); });
  return out;
}

result<void> server::reload_certificates() {
  return implementation::is_usable(body_) ? body_->reload_certificates()
                                          : result<void>{implementation::why_unusable(body_)};
}

void server::stop() {
  if (implementation::is_usable(body_))
    implementation::stop(body_);
}

result<server> serve(const server_options& how) {
  return actors::call_for_program([&]() -> result<server> {
    auto home = actors::runtime::make(!how.listen.empty());
    if (!home)
      return tl::unexpected<error>{std::move(home).error()};
    auto& system = (*home)->system();
    return actors::serve_in(system, std::move(*home), how);
  });
}

} // namespace cluster_store

namespace cluster_store::actors {

namespace {

std::string libraries_of(const server_options& how) {
  std::string out = how.listen.empty() ? "server" : "server with a network";
  if (!how.tls.certificate_file.empty())
    out += " and TLS";
  for (const auto& each : how.stores)
    out += each.open ? "; one of the program's" : "; " + each.uri.substr(0, each.uri.find(':'));
  return out;
}

} // namespace

result<server> serve_in(caf::actor_system& system, std::shared_ptr<runtime> owner,
                        const server_options& how) {
  if (auto checked = check_options(how); !checked)
    return tl::unexpected{checked.error()};
  const auto absolute = with_absolute_paths(how);
  if (!absolute)
    return tl::unexpected{absolute.error()};
  auto body = make_process_bound<server::implementation>(system, std::move(owner));
  const auto started = [&] {
    const program_thread caller;
    return body->start(*absolute);
  }();
  if (!started)
    return tl::unexpected{started.error()};
  if (!end_at_exit(body, libraries_of(how)))
    return fail(errc::unavailable, "this process is ending: nothing is served any more");
  return server{std::move(body)};
}

} // namespace cluster_store::actors
