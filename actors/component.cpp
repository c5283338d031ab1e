#include <cluster_store/actors/component.hpp>

#include <cassert>

#include <cluster_store/actors/client_implementation.hpp>
#include <cluster_store/actors/serve_in.hpp>

namespace cluster_store::actors {

void configure(caf::actor_system_config& config) {
  prepare(config, true);
}

result<client> open(caf::actor_system& system, const options& how) {
  return call_for_program([&] {
    return how.mode == mode::worker ? make_remote_client(system, nullptr, how)
                                    : open_with_server(system, nullptr, how);
  });
}

result<server> serve(caf::actor_system& system, const server_options& how) {
  return call_for_program([&] { return serve_in(system, nullptr, how); });
}

proxy_actor handle_of(const client& of) {
  assert(of.body() && "an empty client has no proxy");
  return caf::actor_cast<proxy_actor>(of.body()->proxy());
}

} // namespace cluster_store::actors
