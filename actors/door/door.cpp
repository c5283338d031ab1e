#include <cluster_store/actors/door/door.hpp>

#include <map>
#include <mutex>
#include <utility>

#include <cluster_store/actors/door/acceptor.hpp>
#include <cluster_store/actors/door/inside.hpp>
#include <cluster_store/actors/runtime/process_local.hpp>

namespace cluster_store::door {

namespace {

struct door_registry {
  std::mutex mutex;
  std::map<caf::actor_system*, std::weak_ptr<door>> doors;
};

result<void> check(const listen_options& how) {
  const auto bad = [](std::string_view what) {
    return fail(errc::invalid_argument, "listen_options: " + std::string{what});
  };
  if (!how.gate)
    return bad("there is no gate");
  if (how.connections_max < 1 || how.preambles_max < 1)
    return bad("connections_max and preambles_max are at least 1");
  if (how.preamble_timeout <= std::chrono::milliseconds::zero())
    return bad("preamble_timeout is positive");
  return {};
}

} // namespace

listener::listener(std::shared_ptr<inside> door, std::shared_ptr<acceptor> body, endpoint where)
    : door_(std::move(door)), body_(std::move(body)), where_(std::move(where)) {}

listener::~listener() {
  close();
}

void listener::use(tls_context tls) {
  if (body_)
    door_->post([body = body_, tls = std::move(tls)] { body->use(tls); });
}

void listener::close() {
  if (body_)
    door_->run([this] { body_->close(); }); // a door that has ended has closed it
}

void listener::close_connections() {
  door_->table().close_of(body_.get());
}

door::door(caf::actor_system& system) : reference(std::make_shared<inside>(system)) {
  inside_->start();
}

std::shared_ptr<door> door::of(caf::actor_system& system) {
  auto& all = actors::of_this_process<door_registry>();
  const std::lock_guard guard{all.mutex};
  std::erase_if(all.doors, [](const auto& each) { return each.second.expired(); });
  auto& known = all.doors[&system];
  auto result = known.lock();
  if (!result) {
    result.reset(new door{system});
    known = result;
  }
  return result;
}

door::~door() {
  shutdown();
}

result<listener> door::listen(const endpoint& where, listen_options how) {
  if (auto checked = check(how); !checked)
    return tl::unexpected{checked.error()};
  const auto caf = inside_->caf_side();
  if (!caf)
    return door_closed();
  auto socket = open_listening(where, how.keys.worker || how.keys.admin, how.tls.has_value());
  if (!socket)
    return tl::unexpected{socket.error()};
  auto gate = caf->publish(how.gate);
  if (!gate)
    return tl::unexpected{gate.error()};
  const auto real = socket->where;
  const auto body =
      std::make_shared<acceptor>(*inside_, std::move(*socket), std::move(how), std::move(*gate));
  if (!inside_->run([&] { body->start(); }))
    return door_closed();
  return listener{inside_, body, real};
}

void reference::connect(const endpoint& where, const connect_options& how,
                        std::function<void(result<link>)> done) const {
  if (!inside_->post(
          [inside = inside_.get(), where, how, done] { inside->connections().connect(where, how, done); }))
    done(door_closed());
}

void reference::close(connection_id id) const {
  inside_->table().close(id);
}

void reference::leave(connection_id id) const {
  inside_->post(
      [inside = inside_.get(), id] { inside->connections().leave(id); }); // a door that ended closed it
}

std::optional<peer> door::find(const wire::token& pass) const {
  return inside_->table().find(pass);
}

std::vector<peer> door::connections() const {
  return inside_->table().open();
}

std::size_t door::accepted() const {
  return inside_->table().accepted();
}

std::uint64_t door::refused() const {
  return inside_->refused();
}

caf::actor reference::broker() const {
  const auto caf = inside_->caf_side();
  return caf ? caf->broker() : caf::actor{};
}

void door::shutdown() {
  inside_->stop();
}

} // namespace cluster_store::door
