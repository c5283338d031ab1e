#include <cluster_store/actors/door/attempt.hpp>

#include <algorithm>

#include <cluster_store/actors/door/streams/tls_stream.hpp>
#include <cluster_store/actors/runtime/system_clock.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::door {

namespace {

constexpr std::chrono::milliseconds busy_again{10};

std::string_view key_of(const endpoint& where, const connect_options& how) {
  return proof_at(where) == proof_kind::secret && how.key ? how.key->reveal() : std::string_view{};
}

std::string reason_of(const std::error_code& why) {
  if (why == std::errc::connection_refused || why == std::errc::no_such_file_or_directory)
    return "nobody listens there: start a master with this endpoint";
  return why.message();
}

} // namespace

attempt::attempt(inside& door, endpoint where, connect_options how)
    : door_(door),
      where_(std::move(where)),
      how_(std::move(how)),
      name_(to_string(where_)),
      deadline_(door.io()),
      retry_(door.io()),
      pending_(door.io()),
      preamble_(door.self(), how_.wanted, proof_at(where_), key_of(where_, how_),
                random_array<challenge_nonce>()) {}

void attempt::expire_after(std::chrono::milliseconds limit, std::string_view during) {
  deadline_.expires_after(limit);
  deadline_.async_wait([self = shared_from_this(), limit, during](const auto& problem) {
    if (!problem)
      self->finish(fail(errc::unavailable, "no answer from " + self->name_ + " within "
                                               + std::to_string(limit.count()) + " ms "
                                               + std::string{during}));
  });
}

void attempt::finish(const result<link>& outcome) {
  if (std::exchange(finished_, true))
    return;
  const auto self = shared_from_this();
  deadline_.cancel();
  retry_.cancel();
  pending_.forget();
  connecting_.reset();
  if (talk_)
    talk_->close();
  if (!outcome && link_.id != 0)
    door_.table().close(link_.id);
  door_.connections().attempts_.erase(way_to(where_, how_));
  for (const auto& each : std::exchange(waiting_, {}))
    each(outcome);
}

void attempt::give_up(errc code, const std::string& why) {
  finish(fail(code, "cannot connect to " + name_ + ": " + why));
}

void attempt::start() {
  expire_after(how_.connect_timeout, "to connect and admit this process");
  if (where_.what == endpoint::kind::tcp)
    return how_.tls ? load_certificates() : find_addresses();
  const auto address = unix_address(where_.path);
  if (!address)
    return finish(tl::unexpected{address.error()});
  addresses_ = {*address};
  try_next();
}

void attempt::load_certificates() {
  const auto on_read = [weak = weak_from_this()](const result<tls_files>& files) {
    const auto self = weak.lock();
    if (!self || self->finished_)
      return;
    auto loaded = files.and_then([](const tls_files& all) {
      return tls_context::from(all, actors::system_clock::instance()->wall());
    });
    if (!loaded)
      return self->finish(tl::unexpected{loaded.error()});
    self->tls_ = *std::move(loaded);
    self->find_addresses();
  };
  const bool begun = door_.work_aside([how = *how_.tls, on_read] {
    const auto files = std::make_shared<result<tls_files>>(tls_files::read(how, tls_side::client));
    return [on_read, files] { on_read(*files); };
  });
  if (!begun)
    give_up(errc::unavailable, "the system has no room for a thread");
}

void attempt::find_addresses() {
  door_.connections().resolver_.find(where_.host, where_.port,
                                     [weak = weak_from_this()](const std::vector<socket_address>& found) {
                                       if (const auto self = weak.lock(); self && !self->finished_)
                                         self->on_addresses(found);
                                     });
}

void attempt::on_addresses(const std::vector<socket_address>& found) {
  if (found.empty())
    return give_up(errc::unavailable, "there is no host of that name");
  if (!tls_ && !std::all_of(found.begin(), found.end(), [](const auto& each) { return is_loopback(each); }))
    return give_up(errc::unsupported,
                   "beyond this machine connections need TLS: give the file of the CA that signed the "
                   "server's certificate (tls.authority_file, --tls-ca)");
  addresses_ = found;
  try_next();
}

void attempt::try_next() {
  auto [socket, problem] = start_connect(addresses_[next_address_]);
  if (!problem)
    return talk(std::move(socket));
  // Only a Unix socket says that it is busy, and then there is no connect to wait for.
  if (problem == std::errc::resource_unavailable_try_again && where_.what == endpoint::kind::unix_socket)
    return try_again_later();
  if (problem != std::errc::operation_in_progress)
    return on_failed_address(problem);
  if (!pending_.watch(socket.get()))
    return on_failed_address(std::make_error_code(std::errc::not_enough_memory));
  connecting_ = std::move(socket);
  await_connected();
}

void attempt::await_connected() {
  pending_.wait({progress::wants_write}, [self = shared_from_this()](const auto& problem) {
    if (self->finished_)
      return;
    self->pending_.forget();
    auto socket = std::move(self->connecting_);
    const auto why = problem ? std::error_code{problem} : connect_result(socket.get());
    if (why)
      self->on_failed_address(why);
    else
      self->talk(std::move(socket));
  });
}

void attempt::try_again_later() {
  retry_.expires_after(busy_again);
  retry_.async_wait([self = shared_from_this()](const auto& problem) {
    if (!problem && !self->finished_)
      self->try_next();
  });
}

void attempt::on_failed_address(const std::error_code& why) {
  if (++next_address_ < addresses_.size())
    return try_next();
  give_up(errc::unavailable, reason_of(why));
}

void attempt::talk(unshared_descriptor socket) {
  if (where_.what == endpoint::kind::unix_socket && !is_same_user(socket.get()))
    return give_up(errc::unauthorized, "another user serves it; run both as the same user");
  talk_ = std::make_shared<conversation>(door_.io(), std::move(socket));
  if (talk_->is_over())
    return give_up(errc::unavailable, "the system has no room for a socket");
  if (tls_)
    shake_hands();
  else
    exchange(preamble_.hello());
}

void attempt::shake_hands() {
  const auto& given = how_.tls->server_name;
  talk_->change_to(
      [tls = *tls_, name = given.empty() ? where_.host : given](unshared_descriptor socket) {
        return tls_stream::connect(tls, std::move(socket), name);
      },
      [self = shared_from_this()](progress came, std::string_view) {
        if (came != progress::done)
          return self->on_silence("during the TLS handshake");
        self->expire_after(self->how_.connect_timeout, "to admit this process");
        self->exchange(self->preamble_.hello());
      });
}

void attempt::exchange(std::string words) {
  talk_->exchange(std::move(words), preamble_.wanted(),
                  [self = shared_from_this()](progress came, std::string_view bytes) {
                    if (came != progress::done)
                      return self->on_silence("before it admitted this process");
                    self->preamble_.feed(bytes);
                    self->on_bytes();
                  });
}

void attempt::on_silence(std::string_view during) {
  if (const auto why = talk_->complaint())
    return finish(fail(why->code, name_ + ": " + why->message));
  finish(fail(errc::unavailable, name_ + " closed the connection " + std::string{during} + ": try again"));
}

void attempt::on_bytes() {
  switch (preamble_.at()) {
  case client_preamble::stage::talking:
    return exchange({});
  case client_preamble::stage::challenged:
    return on_challenge();
  case client_preamble::stage::admitted:
    return claim();
  case client_preamble::stage::failed:
    return finish(fail(preamble_.problem().code, name_ + ": " + preamble_.problem().message));
  }
}

void attempt::on_challenge() {
  // A server that was reached another way already: a second connection would end the first.
  auto* shared = door_.connections().find(how_.wanted, [&](const connector::open_link& each) {
    return each.server == preamble_.server().instance;
  });
  if (shared == nullptr)
    return exchange(preamble_.prove());
  shared->addresses.push_back(address_of(where_, how_));
  finish(connector::share(*shared, waiting_.size()));
}

void attempt::claim() {
  if (finished_)
    return;
  const auto& server = preamble_.server();
  auto claimed = door_.table().claim_node({.pass = preamble_.pass(),
                                           .granted = how_.wanted,
                                           .node = server.node,
                                           .instance = server.instance,
                                           .through = where_.what},
                                          {}, [self = shared_from_this()] { self->claim(); });
  if (claimed.granted)
    return hand_over(std::move(*claimed.granted));
  if (!claimed.waits)
    finish(fail(errc::unavailable, "this process is connected to another server with the CAF node id of "
                                       + name_ + " (" + server.node
                                       + "): start one of the servers with another pid"));
}

void attempt::hand_over(connection_table::ticket place) {
  const auto caf = door_.caf_side();
  if (!caf)
    return; // the door is shutting down, and fails this attempt
  auto socket = door_.socket_for_caf(talk_->release());
  if (!socket)
    return give_up(socket.error().code, socket.error().message);
  link_ = {{}, preamble_.pass(), place.id()};
  expire_after(how_.handshake_timeout, "for CAF's handshake");
  caf->connect(std::move(place), std::move(*socket), preamble_.server().node, how_.handshake_timeout,
               [weak = weak_from_this(), door = door_.weak_from_this()](const result<caf::actor>& gate) {
                 const auto alive = door.lock();
                 if (!alive)
                   return;
                 alive->post([weak, gate] {
                   if (const auto self = weak.lock())
                     self->on_gate(gate);
                 });
               });
}

void attempt::on_gate(const result<caf::actor>& gate) {
  if (finished_)
    return;
  if (!gate)
    return finish(fail(gate.error().code, name_ + ": " + gate.error().message));
  link_.gate = *gate;
  door_.connections().links_.push_back(
      {link_, how_.wanted, preamble_.server().instance, {address_of(where_, how_)}, waiting_.size()});
  finish(link_);
}

} // namespace cluster_store::door
