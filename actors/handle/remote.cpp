#include <algorithm>
#include <future>
#include <utility>

#include <cluster_store/actors/door/door.hpp>
#include <cluster_store/actors/handle/given_options.hpp>
#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/runtime/system_clock.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/actors/wire/greeting.hpp>

namespace cluster_store::actors {

namespace {

/// What a remote handle keeps: the door must be shut before what owns its actor system goes.
struct remote_home {
  std::shared_ptr<caf::actor_system> system;
  std::shared_ptr<door::door> entrance;
};

link_door door_to(const door::reference& entrance, const endpoint& where, const door::connect_options& how) {
  link_door out;
  out.connect = [entrance, where, how](std::function<void(result<link_connection>)> done) {
    entrance.connect(where, how, [done = std::move(done)](result<door::link> opened) {
      done(std::move(opened).map([](door::link&& made) {
        return link_connection{std::move(made.gate), {made.pass.begin(), made.pass.end()}, made.id};
      }));
    });
  };
  out.close = [entrance](std::uint64_t number) { entrance.close(number); };
  out.leave = [entrance](std::uint64_t number) { entrance.leave(number); };
  out.broker = entrance.broker();
  return out;
}

/// @returns how to connect to `where`: on TCP with the secret of `secret_file`, or of the user's default file
///   if that is empty, and with TLS if `tls` turns it on. Blocks for the disk.
/// @errors those of `door::load_secret` and `door::tls_context::load`.
result<door::connect_options> connect_options_for(const endpoint& where, const std::string& secret_file,
                                                  const tls_options& tls, door::role wanted) {
  door::connect_options out;
  out.wanted = wanted;
  if (where.what == endpoint::kind::unix_socket)
    return out;
  auto key = door::load_secret(secret_file.empty() ? door::default_secret_path() : secret_file);
  if (!key)
    return tl::unexpected<error>{std::move(key).error()};
  out.key = std::move(*key);
  if (!door::is_set(tls))
    return out;
  // Every attempt reads the files again; what is wrong with them now is the caller's mistake.
  out.tls = tls;
  return door::tls_context::load(tls, door::tls_side::client, system_clock::instance()->wall())
      .map([&](const auto&) { return std::move(out); });
}

result<door::link> connect(door::door& entrance, const endpoint& where, const door::connect_options& how) {
  auto outcome = std::make_shared<std::promise<result<door::link>>>();
  auto opened = outcome->get_future();
  entrance.connect(where, how, [outcome](result<door::link> made) { outcome->set_value(std::move(made)); });
  return opened.get(); // the door answers within its own timeouts
}

result<server_status> query(const endpoint& where, const std::string& secret_file,
                            std::chrono::milliseconds timeout, const tls_options& tls) {
  const auto started = std::chrono::steady_clock::now();
  auto access = connect_options_for(where, secret_file, tls, door::role::worker);
  if (!access)
    return tl::unexpected<error>{std::move(access).error()};
  const auto longest = timeout / (access->tls ? 3 : 2); // with TLS `connect_timeout` may pass twice
  access->connect_timeout = std::min(access->connect_timeout, longest);
  access->handshake_timeout = std::min(access->handshake_timeout, longest);
  const auto home = make_actor_system(true);
  if (!home)
    return tl::unexpected<error>{home.error()};
  const program_thread caller; // unbound before the system ends
  auto& system = **home;
  const auto entrance = door::door::of(system);
  const auto opened = connect(*entrance, where, *access);
  if (!opened)
    return tl::unexpected<error>{opened.error()};
  const auto spent = std::chrono::steady_clock::now() - started;
  const auto left = timeout - std::chrono::duration_cast<std::chrono::milliseconds>(spent);
  const auto ask_with = [&](std::string query) {
    return ask<status_message>(system, opened->gate, std::max(left, std::chrono::milliseconds{1}),
                               status_message{{std::move(query)}})
        .and_then([](const auto& answer) { return wire::decode_status(answer.bytes); });
  };
  auto out = ask_with(wire::encode_status_query(opened->pass));
  if (!out && out.error().code == errc::unauthorized) // a master that knows a pass only if it comes alone
    out = ask_with({opened->pass.begin(), opened->pass.end()});
  entrance->close(opened->id);
  return out;
}

} // namespace

result<remote_way> way_to_master(std::shared_ptr<caf::actor_system> home, const options& how) {
  const auto wanted = how.admin ? door::role::admin : door::role::worker;
  return connect_options_for(how.where, how.secret_file, how.tls, wanted)
      .map([&](const door::connect_options& access) {
        auto& system = *home;
        const auto kept = std::make_shared<remote_home>(remote_home{std::move(home), door::door::of(system)});
        remote_way out;
        out.home = {kept, &system};
        out.link = [&system, entrance = kept->entrance->refer(), where = how.where, access] {
          return link_to(system, door::way_to(where, access),
                         [&] { return door_to(entrance, where, access); });
        };
        if (access.key)
          out.prove = [key = *access.key](const wire::hello& said) { return door::handle_proof(key, said); };
        return out;
      });
}

result<client> open_by(remote_way way, link_handle route, const options& how, std::string keeps) {
  proxy_options proxy;
  proxy.link = std::move(route);
  proxy.core.administers = how.admin;
  proxy.core.keeps = std::move(keeps);
  proxy.core.prove = std::move(way.prove);
  return open_client(std::move(way.home), how, std::move(proxy));
}

result<client> make_remote_client(std::shared_ptr<caf::actor_system> home, const options& given) {
  const auto absolute = check_options(given).and_then([&] { return with_absolute_paths(given); });
  return absolute.and_then([&](const options& how) {
    return way_to_master(std::move(home), how).and_then([&](remote_way way) {
      auto link = way.link();
      return open_by(std::move(way), std::move(link), how);
    });
  });
}

} // namespace cluster_store::actors

namespace cluster_store {

result<server_status> query_status(const endpoint& where, const std::string& secret_file,
                                   std::chrono::milliseconds timeout, const tls_options& tls) {
  return actors::call_for_program([&] { return actors::query(where, secret_file, timeout, tls); });
}

} // namespace cluster_store
