#include <cluster_store/tests/actors/door/tls_support.hpp>

#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cluster_store/actors/door/sockets/sockets.hpp>
#include <cluster_store/actors/runtime/system_clock.hpp>
#include <cluster_store/backends/system/signal_shield.hpp>

namespace cluster_store::tests {

namespace {

unshared_descriptor connected_to(const endpoint& where) {
  const auto address = door::literal_addresses(where.host, where.port).front();
  unshared_descriptor made{::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (::connect(made.get(), address.get(), address.length()) != 0)
    throw std::system_error{errno, std::generic_category(), "connect to " + to_string(where)};
  ::fcntl(made.get(), F_SETFL, O_NONBLOCK);
  return made;
}

} // namespace

std::string tls_place::write(const std::string& name, const std::string& text) const {
  const auto path = directory_ / name;
  std::ofstream{path} << text;
  ::chmod(path.c_str(), 0600);
  return path;
}

tls_options tls_place::server(const certified& what) const {
  tls_options files;
  files.certificate_file = write("server.pem", what.certificate);
  files.key_file = write("server.key", what.key);
  return files;
}

tls_options tls_place::client() const {
  tls_options files;
  files.authority_file = write("ca.pem", authority_.certificate());
  return files;
}

tls_options tls_place::client(const certified& what) const {
  auto files = client();
  files.certificate_file = write("client.pem", what.certificate);
  files.key_file = write("client.key", what.key);
  return files;
}

door::tls_context loaded(const tls_options& files, door::tls_side side, std::chrono::seconds time) {
  auto read = door::tls_context::load(files, side, actors::system_clock::instance()->wall() + time);
  if (!read)
    throw std::runtime_error{read.error().message};
  return *std::move(read);
}

door::listen_options with_tls(const tls_options& files, std::chrono::seconds time) {
  auto how = with_secret();
  how.tls = loaded(files, door::tls_side::server, time);
  return how;
}

door::connect_options through_tls(const tls_options& files) {
  auto how = knowing_secret();
  how.tls = files;
  return how;
}

tls_peer::tls_peer(std::unique_ptr<door::byte_stream> stream) : stream_(std::move(stream)) {
  signal_shield::keep();
}

tls_peer::tls_peer(const endpoint& where, const door::tls_context& how)
    : tls_peer(door::tls_stream::connect(how, connected_to(where), where.host)) {}

template <class Try>
door::step tls_peer::repeat(deadline until, Try attempt) {
  for (;;) {
    const auto now = attempt();
    const auto left = left_until(until);
    if (!now.waits() || left.count() == 0)
      return now;
    pollfd state{stream_->fd(), static_cast<short>(now.what == door::progress::wants_read ? POLLIN : POLLOUT),
                 0};
    ::poll(&state, 1, static_cast<int>(left.count()));
  }
}

door::progress tls_peer::shake_hands(std::chrono::milliseconds limit) {
  return repeat(within(limit), [this] { return stream_->start(); }).what;
}

door::progress tls_peer::send(std::string_view bytes, std::chrono::milliseconds limit) {
  const auto until = within(limit);
  while (!bytes.empty()) {
    const auto now = repeat(until, [&] { return stream_->write(bytes); });
    if (now.what != door::progress::done)
      return now.what;
    bytes.remove_prefix(now.bytes);
  }
  return door::progress::done;
}

std::string tls_peer::receive(std::size_t count, std::chrono::milliseconds limit) {
  std::string got;
  std::string some(16 * 1024, '\0');
  const auto until = within(limit);
  while (got.size() < count) {
    const auto room = std::span{some}.first(std::min(some.size(), count - got.size()));
    const auto now = repeat(until, [&] { return stream_->read(room); });
    end_ = now.what;
    if (now.what != door::progress::done)
      break;
    got.append(some, 0, now.bytes);
  }
  return got;
}

result<wire::token> tls_peer::introduce(const door::identity& who) {
  shake_hands();
  return introduce_over([this](std::string_view bytes) { send(bytes); },
                        [this](std::size_t count) { return receive(count); }, who, door::role::worker,
                        shared_secret());
}

std::string client_hello(const door::tls_context& how) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    throw std::system_error{errno, std::generic_category(), "socketpair"};
  const file_descriptor heard{ends[0]};
  door::tls_stream::connect(how, unshared_descriptor{ends[1]}, "localhost")->start();
  std::string bytes(4096, '\0');
  const auto size = ::recv(heard.number(), bytes.data(), bytes.size(), 0);
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

} // namespace cluster_store::tests
