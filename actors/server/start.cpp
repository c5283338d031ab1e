#include <algorithm>
#include <atomic>
#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/runtime/callback.hpp>
#include <cluster_store/actors/runtime/system_clock.hpp>
#include <cluster_store/actors/server/implementation.hpp>
#include <cluster_store/actors/store/supervisor_actor.hpp>
#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/system/random.hpp>
#include <cluster_store/backends/system/room.hpp>

namespace cluster_store {

namespace {

constexpr std::chrono::hours start_timeout{1};   // an engine may have a long log to read
constexpr std::chrono::seconds data_patience{1}; // with a former master that is ending

/// @returns the secrets of a master, as far as they are needed: on TCP, and to keep admins apart. Blocks for
///   the disk; the user's own default file is made if it is missing.
/// @errors `unauthorized` if one cannot be used, `io_error`, `invalid_argument` if both are the same.
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

/// @returns what the supervisor of a store has to know. Its engine is opened by the program's own factory, or
///   by its URI; where an engine's data are gone since it was open, nothing is made anew.
/// @param memory_bytes what its clients may make it take (`server_options::memory_bytes_max`).
actors::store_spec spec_of(const store_options& how, std::size_t memory_bytes) {
  actors::store_spec out;
  out.name = how.name;
  out.core.limits = how.limits;
  out.core.in_flight_max = how.in_flight_max;
  out.core.clients.results_max = how.in_flight_max;
  // What is lent in each direction is in memory twice while it is passed on to or from the network.
  out.core.flow.requests_bytes_max = out.core.flow.answers_bytes_max = memory_bytes / 4;
  out.core.ttl_default = how.ttl_default;
  out.core.logout_guard = how.logout_guard;
  if (how.restored)
    out.core.copy_identity = random_array<wire::token>();
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

} // namespace

result<void> server::implementation::start(const server_options& how) {
  const actors::program_thread caller;
  return equip(how).and_then([&](const equipment& with) {
    return start_stores(how, {}).and_then([&] { return listen(how, with); });
  });
}

result<void> server::implementation::take_over(const server_options& how) {
  const actors::program_thread caller;
  return equip(how).and_then([&](const equipment& with) {
    for (const auto& each : how.stores)
      compat::anonymous_send(gate_, actors::store_changed{each.name, "", nullptr, 0, "it is starting"});
    return listen(how, with).and_then([&] { return start_stores(how, data_patience); });
  });
}

result<server::implementation::equipment> server::implementation::equip(const server_options& how) {
  tls_files_ = how.tls;
  return secrets_for(how).and_then([&](door::secrets keys) {
    return load_certificates().map([&](auto tls) {
      if (!how.listen.empty())
        door_ = door::door::of(system());
      gate_ = system().spawn<actors::gate>(hooks_for_gate(how, keys), actors::system_clock::instance());
      watch_what_must_live(how.on_failure);
      return equipment{std::move(keys), std::move(tls)};
    });
  });
}

/// What the gate may ask the door. Weak: the gate must not keep the door open.
actors::gate_hooks server::implementation::hooks_for_gate(const server_options& how,
                                                          const door::secrets& keys) const {
  actors::gate_hooks out;
  if (!door_)
    return out;
  for (const auto& each : how.stores)
    out.kept.emplace(each.name, actors::kept_as(each));
  out.admins_apart = keys.admin.has_value();
  const std::weak_ptr<door::door> weak{door_};
  out.admitted = [weak](const wire::token& pass) {
    const auto door = weak.lock();
    return door && door->find(pass).has_value();
  };
  out.proved = [weak, keys](const wire::hello& said) {
    const auto door = weak.lock();
    const auto peer = door ? door->find(said.pass) : std::nullopt;
    return peer && (peer->through == endpoint::kind::unix_socket || door::is_proved(said, keys));
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
  out.add_figures = [weak, endpoints = endpoints_](server_status& status) {
    {
      const std::lock_guard guard{endpoints->mutex};
      status.endpoints = endpoints->all;
    }
    if (const auto door = weak.lock()) {
      status.connections = door->accepted();
      status.refused = door->refused();
    }
  };
  return out;
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

/// Starts all at once and waits for each.
result<void> server::implementation::start_stores(const server_options& how,
                                                  std::chrono::milliseconds patience) {
  // While they are opened at the same time: two threads each, beside those that engines share.
  if (auto good = check_room({.threads = 2 * how.stores.size() + 4}, "opening the stores"); !good)
    return good;
  for (const auto& each : how.stores) {
    auto spec = spec_of(each, how.memory_bytes_max / how.stores.size());
    spec.start_patience = patience;
    supervisors_.emplace_back(each.name, system().spawn<actors::supervisor>(
                                             std::move(spec), gate_, actors::system_clock::instance()));
    failures_->watch(supervisors_.back().second, "the supervisor of store '" + each.name + "'");
  }
  for (std::size_t i = 0; i < supervisors_.size(); ++i) {
    const auto outcome = actors::ask<actors::store_started>(system(), supervisors_[i].second, start_timeout,
                                                            actors::await_first_start{})
                             .and_then([](const auto& answer) { return answer.outcome; });
    if (!outcome)
      return fail(outcome.error().code, "store '" + how.stores[i].name + "': " + outcome.error().message);
  }
  return {};
}

result<std::optional<door::tls_context>> server::implementation::load_certificates() const {
  if (!door::is_set(tls_files_))
    return std::nullopt;
  return door::tls_context::load(tls_files_, door::tls_side::server, actors::system_clock::instance()->wall())
      .map([](auto loaded) { return std::optional{std::move(loaded)}; });
}

result<void> server::implementation::listen(const server_options& how, const equipment& with) {
  for (const auto& where : how.listen) {
    door::listen_options options;
    options.gate = gate_;
    options.keys = with.keys;
    options.tls = with.tls;
    options.connections_max = how.connections_max;
    options.on_event = [endpoints = endpoints_, tell = how.on_endpoint](const endpoint_event& event) {
      if (event.what == endpoint_event::kind::lost) {
        const std::lock_guard guard{endpoints->mutex};
        std::erase(endpoints->all, event.where);
      }
      actors::call_back(tell, event);
    };
    auto opened = door_->listen(where, options);
    if (!opened)
      return tl::unexpected{opened.error()};
    {
      const std::lock_guard guard{endpoints_->mutex};
      endpoints_->all.push_back(opened->where());
    }
    listeners_.push_back(std::move(*opened));
  }
  return {};
}

} // namespace cluster_store
