#include <utility>

#include <cluster_store/actors/handle/absolute_paths.hpp>
#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/handle/options_check.hpp>
#include <cluster_store/actors/handle/remote_door.hpp>

namespace cluster_store::actors {

namespace {

/// What a remote handle keeps: the door must be shut before what owns its actor system goes.
struct remote_owner {
  std::shared_ptr<void> system;
  std::shared_ptr<door::door> entrance;
};

link_door door_to(const door::reference& entrance, const endpoint& where, const door::connect_options& how) {
  link_door out;
  out.connect = [entrance, where, how](std::function<void(result<link_connection>)> done) {
    entrance.connect(where, how, [done = std::move(done)](result<door::link> opened) {
      done(std::move(opened).map([](door::link&& made) {
        return link_connection{std::move(made.gate), made.pass, made.id};
      }));
    });
  };
  out.close = [entrance](std::uint64_t number) { entrance.close(number); };
  out.broker = entrance.broker();
  return out;
}

} // namespace

result<client> make_remote_client(caf::actor_system& system, std::shared_ptr<void> owner,
                                  const options& given) {
  if (auto valid = check_options(given); !valid)
    return tl::unexpected<error>{std::move(valid).error()};
  const auto absolute = with_absolute_paths(given);
  if (!absolute)
    return tl::unexpected<error>{absolute.error()};
  const auto& how = *absolute;
  const auto wanted = how.admin ? door::role::admin : door::role::worker;
  const auto access = connect_options_for(how.where, how.secret_file, how.tls, wanted);
  if (!access)
    return tl::unexpected<error>{access.error()};
  auto entrance = door::door::of(system);
  proxy_options proxy;
  proxy.link =
      link_to(system, how.where, how.admin, [&] { return door_to(entrance->refer(), how.where, *access); });
  auto owned = std::make_shared<remote_owner>(remote_owner{std::move(owner), std::move(entrance)});
  return open_client(system, std::move(owned), how, std::move(proxy));
}

} // namespace cluster_store::actors
