#include <utility>

#include <cluster_store/actors/handle/given_options.hpp>
#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/role/actor.hpp>
#include <cluster_store/actors/server/implementation.hpp>

namespace cluster_store::actors {

namespace {

constexpr std::chrono::seconds hand_over_timeout{5};

/// @returns how this process becomes the master. Keeps the actor system only while it does.
std::function<result<mastership>(std::function<void(const error&)>)>
becoming_master(std::shared_ptr<caf::actor_system> home, const server_options& how) {
  return [home, how](const std::function<void(const error&)>& failed) -> result<mastership> {
    auto what = how;
    what.on_failure = failed;
    what.on_endpoint = [failed, tell = how.on_endpoint](const endpoint_event& event) {
      call_back(tell, event);
      if (event.what == endpoint_event::kind::lost)
        failed({errc::unavailable, event.message});
    };
    auto body = make_process_bound<server::implementation>(home);
    if (const auto done = body->take_over(what); !done)
      return tl::unexpected{done.error()};
    if (!end_at_exit(body, libraries_of(what)))
      return fail(errc::unavailable, "this process is ending: nothing is served any more");
    auto gate = body->open_gate();
    return mastership{std::move(gate), [body = std::move(body)] { static_cast<void>(body->stop()); }};
  };
}

result<void> check_for_automatic(const options& how) {
  if (!is_loopback(how.where))
    return fail(errc::invalid_argument, "mode automatic is for the processes of one host: '"
                                            + to_string(how.where)
                                            + "' is neither a Unix socket nor a loopback address");
  if (how.where.what == endpoint::kind::tcp && how.where.port == 0)
    return fail(errc::invalid_argument, "mode automatic needs a port that all its processes know, not 0");
  if (how.store.restored)
    return fail(errc::invalid_argument, "a store that was `restored` is opened once by a master before "
                                        "processes in mode automatic use it");
  return {};
}

} // namespace

result<client> open_automatic(std::shared_ptr<caf::actor_system> home, const options& given) {
  const auto server = check_for_automatic(given).and_then([&] { return check_options(given); }).and_then([&] {
    auto out = server_of(given);
    return check_options(out).and_then([&] { return with_absolute_paths(std::move(out)); });
  });
  const auto how = server.and_then([&](const auto&) { return with_absolute_paths(given); });
  if (!how)
    return tl::unexpected{how.error()};
  auto way = way_to_master(std::move(home), *how);
  if (!way)
    return tl::unexpected{way.error()};
  auto membership =
      role_at(*way->home, to_string(how->where), {way->link, becoming_master(way->home, *server)});
  auto route = membership->way;
  auto handle = open_by(*std::move(way), std::move(route), *how, kept_as(server->stores.front()));
  if (handle)
    handle->body()->after_close([membership = std::move(membership)]() mutable {
      const std::weak_ptr<const role_membership> others{membership};
      const auto ended = membership->ended;
      membership.reset();
      if (others.expired())
        ended.wait_for(hand_over_timeout);
    });
  return handle;
}

} // namespace cluster_store::actors
