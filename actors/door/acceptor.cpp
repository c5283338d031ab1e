#include <cluster_store/actors/door/acceptor.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/actors/door/visit.hpp>

namespace cluster_store::door {

namespace {

constexpr int accepts_at_once = 32;
constexpr std::chrono::milliseconds pause_without_descriptors{100};

result<listening_socket> open_tcp(const endpoint& where, bool has_secret, bool has_tls) {
  const auto name = to_string(where);
  const auto addresses = literal_addresses(where.host, where.port);
  const auto refuse = [&](errc code, const std::string& why) {
    return fail(code, "cannot listen at " + name + why);
  };
  if (!is_loopback(where) && !has_tls)
    return refuse(errc::unsupported,
                  ": beyond this machine connections need TLS: give a certificate and its key "
                  "(tls.certificate_file and tls.key_file, --tls-cert and --tls-key), or listen at "
                  "127.0.0.1, [::1] or a Unix socket");
  if (addresses.empty())
    return refuse(errc::invalid_argument,
                  ": give an address of this machine instead of a name, or 0.0.0.0 or [::] for all");
  if (!has_secret)
    return refuse(errc::unauthorized,
                  " without a secret: every user of this machine could connect; give a secret file");
  auto socket = listen_at(addresses.front());
  if (!socket && socket.error() == std::errc::address_in_use)
    return fail(errc::unavailable, "another process is listening at " + name
                                       + ": connect to it, stop it, or choose another port");
  if (!socket)
    return refuse(errc::io_error, ": " + socket.error().message());
  auto real = where;
  real.port = local_port(socket->get());
  return listening_socket{std::move(real), std::nullopt, std::move(*socket)};
}

} // namespace

result<listening_socket> open_listening(const endpoint& where, bool has_secret, bool has_tls) {
  if (where.what == endpoint::kind::tcp)
    return open_tcp(where, has_secret, has_tls);
  return socket_file::take(where.path).map([&](socket_file file) {
    return listening_socket{where, std::move(file), {}};
  });
}

acceptor::acceptor(inside& door, listening_socket socket, listen_options how,
                   std::shared_ptr<const middleman::publication> gate)
    : door_(door),
      socket_(std::move(socket)),
      how_(std::move(how)),
      gate_(std::move(gate)),
      watched_(door.io()),
      pause_(door.io()),
      look_(door.io()),
      failures_(how_.failures) {}

void acceptor::start() {
  door_.acceptors().insert(shared_from_this());
  watch();
  if (socket_.file)
    look_later();
}

void acceptor::watch() {
  boost::system::error_code problem;
  watched_.assign(socket_.fd(), problem);
  wait();
}

void acceptor::look_later() {
  look_.expires_after(how_.look_every);
  look_.async_wait([self = shared_from_this()](const auto& problem) {
    if (problem || self->closed_)
      return;
    self->look_later(); // first: a look may throw, where there is no memory
    self->look();
  });
}

/// Others remove files, and then nobody finds this process any more.
void acceptor::look() {
  if (!socket_.file->is_intact()) {
    watched_.release(); // it may be closed
    const auto mended = socket_.file->mend();
    if (!mended && mended.error().code == errc::unavailable) {
      tell(endpoint_event::kind::lost, mended.error().message);
      return close();
    }
    watch();
    tell_of(mended);
  }
}

void acceptor::tell_of(const result<void>& mended) {
  if (!mended && std::exchange(trouble_, mended.error().message) != mended.error().message)
    tell(endpoint_event::kind::troubled, mended.error().message);
  if (!mended || !socket_.file->is_intact())
    return; // once is enough
  trouble_.clear();
  tell(endpoint_event::kind::mended, "its socket or lock file had been removed; it is served again");
}

void acceptor::tell(endpoint_event::kind what, std::string message) {
  if (how_.on_event)
    how_.on_event({socket_.where, what, std::move(message)});
}

void acceptor::wait() {
  if (std::exchange(waits_, true))
    return;
  watched_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const auto& problem) {
                        self->waits_ = false;
                        if (self->closed_)
                          return;
                        if (problem == boost::asio::error::operation_aborted)
                          return self->wait(); // it is another socket now
                        if (problem)
                          self->pause();
                        else
                          self->go_on();
                      });
}

/// An endpoint whose acceptor has stopped for want of memory would never be served again. If there is not
/// even enough for the pause, the process ends.
void acceptor::go_on() noexcept {
  try {
    accept_some();
  } catch (const std::exception&) {
    pause();
  }
}

void acceptor::accept_some() {
  for (int count = 0; count < accepts_at_once; ++count) {
    socket_address from;
    auto socket = accept_from(socket_.fd(), from);
    if (socket)
      greet(std::move(socket), from);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      break;
    else if (errno != EINTR && errno != ECONNABORTED)
      return pause(); // no descriptors or memory: the socket stays readable, so waiting for it would spin
  }
  wait();
}

void acceptor::pause() {
  pause_.expires_after(pause_without_descriptors);
  pause_.async_wait([self = shared_from_this()](const auto& problem) {
    if (!problem && !self->closed_)
      self->wait();
  });
}

void acceptor::greet(unshared_descriptor socket, const socket_address& from) {
  const bool local = socket_.file.has_value();
  const bool other_user = local && !is_same_user(socket.get());
  if (from.family() != AF_UNIX)
    tune_tcp(socket.get());
  if (strangers_ >= how_.preambles_max)
    (*std::ranges::find_if(visits_, &visit::is_stranger))->turn_away(refusal::strangers);
  const auto network = local || (is_loopback(from) && !how_.failures.loopback) ? "" : network_of(from);
  const auto visitor = std::make_shared<visit>(shared_from_this(), std::move(socket), network);
  visits_.push_back(visitor);
  visitor->start(std::prev(visits_.end()));
  if (other_user)
    visitor->turn_away(refusal::unauthorized);
  else if (!network.empty() && !failures_.admits(network, std::chrono::steady_clock::now()))
    visitor->turn_away(refusal::strangers);
}

void acceptor::close() {
  if (closed_)
    return;
  closed_ = true;
  const auto self = shared_from_this();
  pause_.cancel();
  look_.cancel();
  watched_.release(); // what owns the socket closes it
  socket_.file.reset();
  socket_.tcp.reset();
  while (!visits_.empty())
    visits_.front()->end();
  gate_.reset();
  door_.acceptors().erase(self);
}

} // namespace cluster_store::door
