#include <algorithm>
#include <future>
#include <memory>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/handle/remote_door.hpp>
#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/runtime/runtime.hpp>
#include <cluster_store/actors/server.hpp>
#include <cluster_store/actors/wire/status_codec.hpp>

namespace cluster_store {

namespace {

using actors::status_message;

result<door::link> connect(door::door& entrance, const endpoint& where, const door::connect_options& how) {
  auto outcome = std::make_shared<std::promise<result<door::link>>>();
  auto opened = outcome->get_future();
  entrance.connect(where, how, [outcome](result<door::link> made) { outcome->set_value(std::move(made)); });
  return opened.get(); // the door answers within its own timeouts
}

result<server_status> ask(caf::actor_system& system, const door::link& at,
                          std::chrono::milliseconds timeout) {
  caf::scoped_actor self{system};
  result<server_status> out = fail(errc::unavailable, "the gate did not answer");
  compat::request(self.ptr(), at.gate, caf::timespan{timeout},
                  status_message{{std::string{at.pass.begin(), at.pass.end()}}})
      .receive([&](const status_message& answer) { out = wire::decode_status(answer.bytes); },
               [&](const caf::error& why) { out = tl::unexpected<error>{actors::from_caf(system, why)}; });
  return out;
}

result<server_status> query(const endpoint& where, const std::string& secret_file,
                            std::chrono::milliseconds timeout, const tls_options& tls) {
  const auto started = std::chrono::steady_clock::now();
  auto access = actors::connect_options_for(where, secret_file, tls, door::role::worker);
  if (!access)
    return tl::unexpected<error>{std::move(access).error()};
  const auto longest = timeout / (access->tls ? 3 : 2); // with TLS `connect_timeout` may pass twice
  access->connect_timeout = std::min(access->connect_timeout, longest);
  access->handshake_timeout = std::min(access->handshake_timeout, longest);
  const auto home = actors::runtime::make(true);
  if (!home)
    return tl::unexpected<error>{home.error()};
  const actors::program_thread caller; // unbound before the system ends
  auto& system = (*home)->system();
  const auto entrance = door::door::of(system);
  const auto opened = connect(*entrance, where, *access);
  if (!opened)
    return tl::unexpected<error>{opened.error()};
  const auto spent = std::chrono::steady_clock::now() - started;
  const auto left = timeout - std::chrono::duration_cast<std::chrono::milliseconds>(spent);
  auto out = ask(system, *opened, std::max(left, std::chrono::milliseconds{1}));
  entrance->close(opened->id);
  return out;
}

} // namespace

result<server_status> query_status(const endpoint& where, const std::string& secret_file,
                                   std::chrono::milliseconds timeout, const tls_options& tls) {
  return actors::call_for_program([&] { return query(where, secret_file, timeout, tls); });
}

} // namespace cluster_store
