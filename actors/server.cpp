#include <cluster_store/actors/server.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <cluster_store/actors/absolute_paths.hpp>
#include <cluster_store/actors/client_implementation.hpp>
#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/gate.hpp>
#include <cluster_store/actors/options_check.hpp>
#include <cluster_store/actors/random.hpp>
#include <cluster_store/actors/runtime.hpp>
#include <cluster_store/actors/serve_in.hpp>
#include <cluster_store/actors/status.hpp>
#include <cluster_store/actors/supervisor.hpp>
#include <cluster_store/actors/system_clock.hpp>
#include <cluster_store/backends/room.hpp>

namespace cluster_store {

namespace {

constexpr std::chrono::hours start_timeout{1}; // an engine may have a long log to read
constexpr std::chrono::seconds stop_timeout{3};
constexpr std::chrono::seconds departure_timeout{1};
constexpr std::chrono::seconds status_timeout{3};

result<void> check(const store_options& how) {
  if (auto named = actors::check_store_name(how.name); !named)
    return named;
  const auto where = "store '" + how.name + "': ";
  if (how.limits.id_bytes_max == 0 || how.limits.id_bytes_max > 512)
    return fail(errc::invalid_argument,
                where + "id_bytes_max is " + std::to_string(how.limits.id_bytes_max) + ": give 1 to 512");
  if (how.limits.data_bytes_max < 1024 || how.limits.data_bytes_max > 16 * 1024 * 1024)
    return fail(errc::invalid_argument, where + "data_bytes_max is "
                                            + std::to_string(how.limits.data_bytes_max)
                                            + ": give 1024 to 16777216");
  if (how.in_flight_max == 0 || how.in_flight_max > 65'536)
    return fail(errc::invalid_argument,
                where + "in_flight_max is " + std::to_string(how.in_flight_max) + ": give 1 to 65536");
  if (how.ttl_default && (*how.ttl_default <= time_to_live{0} || !check_ttl(*how.ttl_default)))
    return fail(errc::invalid_argument, where + "ttl_default must be positive and at most 100 years");
  if (how.logout_guard && (*how.logout_guard <= time_to_live{0} || !check_ttl(*how.logout_guard)))
    return fail(errc::invalid_argument, where + "logout_guard must be positive and at most 100 years");
  return {};
}

result<void> check(const server_options& how) {
  if (how.stores.empty())
    return fail(errc::invalid_argument, "a master needs at least one store");
  if (how.connections_max == 0 || how.connections_max > 65'536)
    return fail(errc::invalid_argument,
                "connections_max is " + std::to_string(how.connections_max) + ": give 1 to 65536");
  std::set<std::string> names;
  for (const auto& each : how.stores) {
    if (auto checked = check(each); !checked)
      return checked;
    if (!names.insert(each.name).second)
      return fail(errc::invalid_argument,
                  "there are two stores named '" + each.name + "': give each its own name");
  }
  return {};
}

actors::store_spec spec_of(const store_options& how) {
  actors::store_spec out;
  out.name = how.name;
  out.core.limits = how.limits;
  out.core.in_flight_max = how.in_flight_max;
  out.core.clients.results_max = how.in_flight_max;
  out.core.ttl_default = how.ttl_default;
  out.core.logout_guard = how.logout_guard;
  out.open =
      [uri = how.uri, open = how.open,
       engines = backends::registry::with_builtin_engines()]() -> result<std::unique_ptr<backends::backend>> {
    if (!open)
      return engines.open(uri);
    auto parsed = backends::parse_uri(uri);
    if (!parsed)
      return tl::unexpected{parsed.error()};
    return open(*parsed);
  };
  return out;
}

/// The secrets, as far as they are needed: on TCP, and to keep admins apart.
result<door::secrets> secrets_for(const server_options& how) {
  door::secrets out;
  const auto read = [](result<door::secret> key, std::optional<door::secret>& into) -> result<void> {
    if (!key)
      return fail(errc::unauthorized, key.error().message);
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

/// Where a master listens so far. Thread-safe: the gate may be asked while another endpoint is being opened.
class endpoint_list {
public:
  void add(endpoint where) {
    const std::lock_guard guard{mutex_};
    endpoints_.push_back(std::move(where));
  }

  void remove(const endpoint& where) {
    const std::lock_guard guard{mutex_};
    std::erase(endpoints_, where);
  }

  std::vector<endpoint> all() const {
    const std::lock_guard guard{mutex_};
    return endpoints_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<endpoint> endpoints_;
};

/// What the gate may ask the door. Weak: the gate must not keep the door open.
actors::gate_hooks hooks_of(const std::shared_ptr<door::door>& open,
                            const std::shared_ptr<endpoint_list>& endpoints, bool admins_apart) {
  if (!open)
    return {};
  actors::gate_hooks out;
  out.admins_apart = admins_apart;
  const std::weak_ptr<door::door> weak{open};
  out.admitted = [weak](const wire::token& pass) {
    actors::visitor who;
    const auto door = weak.lock();
    if (const auto peer = door ? door->find(pass) : std::nullopt) {
      who.admitted = true;
      who.admin = peer->granted == door::role::admin;
    }
    return who;
  };
  out.connections = [weak] {
    std::vector<actors::silence_watch::connection> now;
    if (const auto door = weak.lock())
      for (const auto& each : door->connections())
        if (each.accepted)
          now.push_back({each.pass, each.since});
    return now;
  };
  out.disconnect = [weak](const wire::token& pass) {
    if (const auto door = weak.lock())
      if (const auto peer = door->find(pass))
        door->close(peer->id);
  };
  out.add_figures = [weak, endpoints](server_status& status) {
    status.endpoints = endpoints->all();
    if (const auto door = weak.lock()) {
      status.connections = door->accepted();
      status.refused = door->refused();
    }
  };
  return out;
}

/// Asks an actor from outside any actor and waits.
template <class Answer, class Question>
result<Answer> ask(caf::actor_system& system, const caf::actor& whom, caf::timespan timeout,
                   Question question) {
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
class server::implementation {
public:
  /// @param owner of `system`; empty if the caller sees to it that it outlives this.
  implementation(caf::actor_system& system, std::shared_ptr<actors::runtime> owner)
      : owner_(std::move(owner)), system_(system) {}

  ~implementation() { stop(); }

  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

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
                                         hooks_of(door_, endpoints_, keys->admin.has_value()),
                                         actors::system_clock::instance());
    if (auto started = start_stores(how); !started)
      return started;
    return listen(how, *keys, *tls);
  }

  result<client> open(const std::shared_ptr<implementation>& self, const options& how) {
    return actors::make_local_client(system(), self, gate_, how);
  }

  server_status status() {
    auto coded =
        ask<actors::status_message>(system(), gate_, caf::timespan{status_timeout}, actors::status_message{});
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
    const auto tls = load_certificates();
    if (!tls)
      return tl::unexpected{tls.error()};
    for (auto& each : listeners_)
      if (*tls)
        each.use(**tls);
    return {};
  }

  void stop() {
    const std::lock_guard guard{stopping_};
    if (!gate_)
      return;
    listeners_.clear();
    static_cast<void>(
        ask<actors::store_started>(system(), gate_, caf::timespan{status_timeout}, actors::stop_serving{}));
    stop_stores();
    static_cast<void>(ask<actors::store_started>(system(), gate_, caf::timespan{departure_timeout},
                                                 actors::await_departures{}));
    if (door_)
      door_->shutdown();
    door_.reset();
    // Last: an actor system that is not ours may end once the gate has.
    caf::anon_send_exit(std::exchange(gate_, nullptr), caf::exit_reason::user_shutdown);
  }

private:
  caf::actor_system& system() { return system_; }

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
        if (tell)
          tell(event);
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

  std::shared_ptr<actors::runtime> owner_;
  caf::actor_system& system_;
  std::shared_ptr<door::door> door_;
  std::shared_ptr<endpoint_list> endpoints_ = std::make_shared<endpoint_list>();
  tls_options tls_files_;
  caf::actor gate_;
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
  return body_->open(body_, how);
}

server_status server::status() const {
  return body_->status();
}

result<void> server::reload_certificates() {
  return body_ ? body_->reload_certificates() : result<void>{};
}

void server::stop() {
  if (body_)
    body_->stop();
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

result<server> serve_in(caf::actor_system& system, std::shared_ptr<runtime> owner,
                        const server_options& how) {
  if (auto checked = check(how); !checked)
    return tl::unexpected{checked.error()};
  const auto absolute = with_absolute_paths(how);
  if (!absolute)
    return tl::unexpected{absolute.error()};
  auto body = std::make_shared<server::implementation>(system, std::move(owner));
  if (auto started = body->start(*absolute); !started)
    return tl::unexpected{started.error()};
  return server{std::move(body)};
}

} // namespace cluster_store::actors
