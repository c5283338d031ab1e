#include <utility>

#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/handle/options_check.hpp>
#include <cluster_store/actors/server/serve_in.hpp>

namespace cluster_store::actors {

result<client> open_with_server(caf::actor_system& system, std::shared_ptr<runtime> owner,
                                const options& how) {
  if (auto valid = check_options(how); !valid)
    return tl::unexpected<error>{std::move(valid).error()};
  server_options what;
  what.stores = {how.store};
  what.listen.clear();
  if (how.mode == mode::master)
    what.listen.push_back(how.where);
  what.secret_file = how.secret_file;
  what.admin_secret_file = how.admin_secret_file;
  what.tls = how.tls;
  what.on_endpoint = how.on_endpoint;
  auto started = serve_in(system, std::move(owner), what);
  if (!started)
    return tl::unexpected<error>{std::move(started).error()};
  auto handle = started->open(how);
  if (handle)
    handle->body()->after_close([owned = std::move(*started)]() mutable { owned.stop(); });
  return handle;
}

} // namespace cluster_store::actors

namespace cluster_store {

result<client> open(const options& how) {
  return actors::call_for_program([&]() -> result<client> {
    auto home = actors::runtime::make(how.mode != mode::standalone);
    if (!home)
      return tl::unexpected<error>{std::move(home).error()};
    auto& system = (*home)->system();
    return how.mode == mode::worker ? actors::make_remote_client(system, std::move(*home), how)
                                    : actors::open_with_server(system, std::move(*home), how);
  });
}

} // namespace cluster_store
