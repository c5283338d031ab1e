#include <cluster_store/actors/door/middleman.hpp>

#include <set>
#include <thread>

#include <caf/io/basp_broker.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include <cluster_store/actors/door/connection.hpp>

namespace cluster_store::door {

namespace {

using caf::io::network::default_multiplexer;

/// Above all descriptors, so that CAF's own connections never get the same handle.
constexpr std::int64_t handles_from = std::int64_t{1} << 40;

/// CAF tells published actors apart by their ports. These never belong to a socket of CAF: they are below
/// what a program without privileges can publish at, and well-known services have them.
constexpr std::uint16_t gates_max = 512;

constexpr std::chrono::seconds broker_patience{5};

caf::io::connection_handle handle_of(connection_id id) {
  return caf::io::connection_handle::from_int(handles_from + static_cast<std::int64_t>(id));
}

default_multiplexer& multiplexer_of(caf::actor_system& system) {
  return static_cast<default_multiplexer&>(system.middleman().backend());
}

caf::io::scribe_ptr make_scribe(default_multiplexer& multiplexer, connection_table::ticket place,
                                unshared_descriptor& socket, basp_guard::peer who) {
  const auto handle = handle_of(place.id());
  return caf::make_counted<connection>(multiplexer, handle, std::move(place), socket.release(), who);
}

/// What became of CAF's handshake, as far as a caller acts on it.
error handshake_error(caf::actor_system& system, const caf::error& why) {
  if (why == caf::sec::serializing_basp_payload_failed || why == caf::sec::incompatible_application_ids)
    return {errc::version_mismatch, "the server's CAF does not understand this one's ("
                                        + compat::render(system, why)
                                        + "): build both with the same release of CAF"};
  return {errc::unavailable, "the connection was closed during CAF's handshake ("
                                 + compat::render(system, why) + "): try again"};
}

/// Tells its outcome once, in any case: whoever waits for it waits for nothing else.
struct handshake {
  caf::actor broker;
  caf::io::scribe_ptr scribe;
  std::string server_node;
  caf::timespan patience;
  std::function<void(result<caf::actor>)> done;

  ~handshake() {
    if (done)
      end(fail(errc::unavailable, "CAF's handshake ended without an outcome: try again"));
  }

  void end(result<caf::actor> outcome) { std::exchange(done, nullptr)(std::move(outcome)); }
};

/// Body of an actor that lives for one handshake.
void shake_hands(caf::event_based_actor* self, const std::shared_ptr<handshake>& what) {
  compat::prepare(self);
  // The broker is let go: one that has ended keeps this request, and with it this actor, in its mailbox.
  compat::request(self, std::exchange(what->broker, nullptr), what->patience, caf::connect_atom_v,
                  std::move(what->scribe), std::uint16_t{0})
      .then(
          [what](const caf::node_id& node, caf::strong_actor_ptr& gate, const std::set<std::string>&) {
            if (!gate)
              what->end(fail(errc::unavailable, "the server is there but serves nothing yet: try again"));
            else if (to_string(node) != what->server_node)
              what->end(fail(errc::unavailable, "the server's CAF has another node id than its door"));
            else
              what->end(caf::actor_cast<caf::actor>(gate));
          },
          [what, self](caf::error& why) { what->end(tl::unexpected{handshake_error(self->system(), why)}); });
}

/// A listening end without a socket: connections come from the door.
class gate_doorman : public caf::io::doorman {
public:
  gate_doorman(default_multiplexer& multiplexer, std::uint16_t number)
      : doorman(caf::io::accept_handle::from_int(handles_from + number)),
        multiplexer_(multiplexer),
        number_(number) {}

  void launch() override {}
  bool new_connection() override { return true; }
  void graceful_shutdown() override { detach(&multiplexer_, false); }
  std::string addr() const override { return "door"; }
  std::uint16_t port() const override { return number_; }
  void add_to_loop() override {}
  void remove_from_loop() override {}

  /// On the multiplexer's thread.
  void greet(connection_table::ticket place, unshared_descriptor socket) {
    if (detached())
      return; // nothing is published any more; the socket is closed
    auto scribe = make_scribe(multiplexer_, std::move(place), socket, basp_guard::peer::client);
    const auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    doorman::new_connection(&multiplexer_, handle);
  }

private:
  default_multiplexer& multiplexer_;
  std::uint16_t number_;
};

} // namespace

middleman::middleman(caf::actor_system& system)
    : system_(system), broker_(system.middleman().named_broker<caf::io::basp_broker>(compat::broker_name())) {
  multiplexer_of(system).post([broker = broker_] {
    compat::prepare(static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(broker)));
  });
}

middleman::publication::publication(caf::io::doorman_ptr doorman, caf::actor gate, caf::actor broker)
    : doorman_(std::move(doorman)), gate_(std::move(gate)), broker_(std::move(broker)) {}

middleman::publication::~publication() {
  compat::anonymous_send(broker_, caf::unpublish_atom_v, gate_.address(), doorman_->port());
}

std::uint16_t middleman::free_number() {
  // Not the one that became free last: the broker may not have been told yet.
  for (std::uint16_t tried = 0; tried < gates_max; ++tried) {
    last_number_ = static_cast<std::uint16_t>(last_number_ % gates_max + 1);
    if (published_[last_number_].expired())
      return last_number_;
  }
  return 0;
}

result<std::shared_ptr<const middleman::publication>> middleman::publish(const caf::actor& gate) {
  const std::lock_guard guard{mutex_};
  for (const auto& each : published_)
    if (auto shared = each.second.lock(); shared && shared->gate_ == gate)
      return shared;
  const auto number = free_number();
  if (number == 0)
    return fail(errc::overloaded,
                "an actor system can publish at most " + std::to_string(gates_max) + " gates");
  caf::io::doorman_ptr doorman = caf::make_counted<gate_doorman>(multiplexer_of(system_), number);
  result<void> done;
  caf::scoped_actor self{system_, true};
  compat::request(self.ptr(), broker_, caf::timespan{broker_patience}, caf::publish_atom_v, doorman, number,
                  caf::actor_cast<caf::strong_actor_ptr>(gate), std::set<std::string>{})
      .receive([] {},
               [&](caf::error& why) {
                 done = fail(errc::unavailable,
                             "CAF's middleman does not publish the gate: " + compat::render(system_, why));
               });
  if (!done)
    return tl::unexpected{done.error()};
  auto result = std::make_shared<const publication>(std::move(doorman), gate, broker_);
  published_[number] = result;
  return result;
}

void middleman::accept(const publication& where, connection_table::ticket place, unshared_descriptor socket) {
  multiplexer_of(system_).post(
      [doorman = where.doorman_, place = std::move(place), socket = std::move(socket)]() mutable {
        static_cast<gate_doorman&>(*doorman).greet(std::move(place), std::move(socket));
      });
}

void middleman::connect(connection_table::ticket place, unshared_descriptor socket,
                        const std::string& server_node, std::chrono::milliseconds patience,
                        std::function<void(result<caf::actor>)> done) {
  auto scribe = make_scribe(multiplexer_of(system_), std::move(place), socket, basp_guard::peer::server);
  system_.spawn<caf::hidden>(
      shake_hands, std::shared_ptr<handshake>{new handshake{broker_, std::move(scribe), server_node,
                                                            caf::timespan{patience}, std::move(done)}});
}

void middleman::ask_routed(connection_id id, std::function<void(bool)> done) {
  multiplexer_of(system_).post([broker = broker_, handle = handle_of(id), done = std::move(done)] {
    auto* self = static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(broker));
    const bool alive = !self->getf(caf::abstract_actor::is_terminated_flag);
    done(alive && static_cast<bool>(self->instance.tbl().lookup_direct(handle)));
  });
}

bool middleman::on_multiplexer_thread() const {
  return multiplexer_of(system_).thread_id() == std::this_thread::get_id();
}

} // namespace cluster_store::door
