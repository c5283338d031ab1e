#include <cluster_store/actors/handle/implementation.hpp>

#include <optional>
#include <thread>

#include <unistd.h>

#include <cluster_store/actors/handle/given_options.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store {

namespace {

/// How long a handle waits for its proxy's farewell.
constexpr std::chrono::seconds close_timeout{5};

} // namespace

client::implementation::implementation(std::shared_ptr<caf::actor_system> home, const options& how,
                                       actors::proxy_options proxy)
    : home_(std::move(home)), state_(std::make_shared<actors::handle_state>(how.queue, how.mode)) {
  const actors::program_thread caller;
  proxy.core.store = how.store.name;
  proxy.core.worker = how.worker_name.empty() ? "worker" : how.worker_name;
  proxy.core.process_id = static_cast<std::uint64_t>(::getpid());
  proxy.core.queue = how.queue;
  proxy.core.timeout = how.calls.timeout;
  proxy.core.unavailable_after = how.unavailable_after;
  proxy.core.random = random_bits;
  proxy.on_connect = how.on_connect;
  proxy.on_disconnect = how.on_disconnect;
  proxy.on_failure = how.on_failure;
  proxy.on_role = how.on_role;
  proxy.changes_role = how.mode == mode::automatic;
  proxy_ = caf::actor_cast<caf::actor>(home_->spawn<actors::proxy>(std::move(proxy), state_));
}

client::implementation::~implementation() {
  close();
  proxy_ = nullptr; // before what may be the end of its actor system
}

void client::implementation::end_at_exit(bool may_wait) {
  std::optional<actors::callback_scope> scope;
  if (!may_wait)
    scope.emplace();
  close();
}

void client::implementation::hand_over(std::unique_ptr<actors::queued_call> what) {
  std::unique_ptr<actors::call> call = std::move(what);
  const auto refuse = [&call](errc code, const char* text) {
    static_cast<actors::queued_call&>(*call).answer(fail(code, text));
  };
  switch (state_->queue.push(call)) {
  case actors::submissions::verdict::taken:
    break;
  case actors::submissions::verdict::wake:
    compat::anonymous_send(proxy_, caf::flush_atom_v);
    break;
  case actors::submissions::verdict::full:
    refuse(errc::overloaded, "the queue of unanswered operations is full; back off and retry");
    break;
  case actors::submissions::verdict::closed:
    refuse(errc::unavailable, "the handle was closed, or its server stopped; open another one");
    break;
  }
}

void client::implementation::close() {
  if (closed_.exchange(true))
    return;
  auto ended = std::make_shared<std::promise<void>>();
  auto end = ended->get_future();
  compat::attach(proxy_, [ended](const caf::error&) { ended->set_value(); });
  compat::anonymous_send(proxy_, caf::close_atom_v);
  const bool may_wait = !actors::callback_scope::active();
  if (may_wait)
    end.wait_for(close_timeout);
  auto then = std::exchange(after_close_, nullptr);
  if (then && may_wait)
    then();
  else if (then)
    std::thread{std::move(then)}.detach(); // it waits for actors that may need this thread
}

} // namespace cluster_store

namespace cluster_store::actors {

result<client> open_client(std::shared_ptr<caf::actor_system> home, const options& how, proxy_options proxy) {
  const auto* const kind =
      proxy.link ? (how.tls.authority_file.empty() ? "worker" : "worker with TLS") : "local";
  auto body = make_process_bound<client::implementation>(std::move(home), how, std::move(proxy));
  if (!end_at_exit(body, kind))
    return fail(errc::unavailable, "this process is ending: nothing is opened any more");
  if (!how.lazy)
    if (auto welcome = body->await_welcome(how.connect_timeout); !welcome)
      return tl::unexpected<error>{std::move(welcome).error()};
  return client{std::move(body)};
}

result<client> make_local_client(std::shared_ptr<caf::actor_system> home, caf::actor gate,
                                 const options& how) {
  return check_options(how).and_then([&] {
    proxy_options proxy;
    proxy.gate = std::move(gate);
    return open_client(std::move(home), how, std::move(proxy));
  });
}

} // namespace cluster_store::actors
