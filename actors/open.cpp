#include <utility>

#include <cluster_store/actors/client_implementation.hpp>
#include <cluster_store/actors/options_check.hpp>
#include <cluster_store/actors/server.hpp>

namespace cluster_store {

namespace {

/// Standalone and master: a server of one store, which its handle owns.
result<client> open_with_server(const options& how) {
  if (auto valid = actors::check_options(how); !valid)
    return tl::unexpected<error>{std::move(valid).error()};
  server_options what;
  what.stores = {how.store};
  what.listen.clear();
  if (how.mode == mode::master)
    what.listen.push_back(how.where);
  what.secret_file = how.secret_file;
  auto started = serve(what);
  if (!started)
    return tl::unexpected<error>{std::move(started).error()};
  auto handle = started->open(how);
  if (handle)
    handle->body()->after_close([owned = std::move(*started)]() mutable { owned.stop(); });
  return handle;
}

} // namespace

result<client> open(const options& how) {
  if (how.mode != mode::worker)
    return open_with_server(how);
  auto home = actors::runtime::make(true);
  auto& system = home->system();
  return actors::make_remote_client(system, std::move(home), how);
}

} // namespace cluster_store
