#include <cluster_store/actors/component.hpp>

#include <memory>
#include <string>

#include <unistd.h>

#include <cluster_store/actors/handle/implementation.hpp>
#include <cluster_store/actors/server/implementation.hpp>

namespace cluster_store::actors {

namespace {

/// An actor system knows the number of the process it was made in, as part of its node's name. In a child it
/// has no threads.
/// @returns `system`, which nothing here owns.
result<std::shared_ptr<caf::actor_system>> borrow(caf::actor_system& system) {
  const auto name = to_string(system.node());
  if (name.ends_with('#' + std::to_string(::getpid())))
    return std::shared_ptr<caf::actor_system>{std::shared_ptr<void>{}, &system};
  return fail(errc::unavailable,
              "the actor system was made in another process, of which this one is a forked "
              "child: make one in this process");
}

} // namespace

void configure(caf::actor_system_config& config) {
  prepare(config, true);
}

result<client> open(caf::actor_system& system, const options& how) {
  return call_for_program([&] {
    const program_thread caller;
    return borrow(system).and_then([&](auto home) { return open_in(std::move(home), how); });
  });
}

result<server> serve(caf::actor_system& system, const server_options& how) {
  return call_for_program([&] {
    const program_thread caller;
    return borrow(system).and_then([&](auto home) { return serve_in(std::move(home), how); });
  });
}

proxy_actor handle_of(const client& of) {
  return client::implementation::is_usable(of.body().get()) ? caf::actor_cast<proxy_actor>(of.body()->proxy())
                                                            : proxy_actor{};
}

} // namespace cluster_store::actors
