#include <cluster_store/actors/component.hpp>

#include <cassert>

#include <cluster_store/actors/client_implementation.hpp>

namespace cluster_store::actors {

void configure(caf::actor_system_config& config) {
  prepare(config, true);
}

result<client> open(caf::actor_system& system, const options& how) {
  if (how.mode != mode::worker)
    return fail(errc::unsupported,
                "a master has an actor system of its own: start it with cluster_store::serve and "
                "open its store here in worker mode");
  return make_remote_client(system, nullptr, how);
}

proxy_actor handle_of(const client& of) {
  assert(of.body() && "an empty client has no proxy");
  return caf::actor_cast<proxy_actor>(of.body()->proxy());
}

} // namespace cluster_store::actors
