#include <cluster_store/actors/door/sockets/sockets.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cluster_store::door {

namespace {

namespace ip = boost::asio::ip;
using ip::tcp;
using local = boost::asio::local::stream_protocol;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof(value));
}

/// @returns what an option of the socket is, -1 if that cannot be known.
int option(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof(value);
  ::getsockopt(fd, SOL_SOCKET, name, &value, &length);
  return value;
}

/// @returns the host and port of an address of TCP.
tcp::endpoint tcp_at(const socket_address& where) {
  tcp::endpoint result;
  std::memcpy(result.data(), where.get(), std::min(where.where.size(), result.capacity()));
  return result;
}

constexpr std::size_t unix_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

/// What is left of it behind the number of a descriptor, `/proc/self/fd/2147483647/`.
constexpr std::size_t unix_name_bytes_max = unix_path_bytes_max - 25;

unshared_descriptor new_socket(int family) {
  return unshared_descriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

} // namespace

result<void> check_unix_path(const std::string& path) {
  const auto name_bytes = path.size() - (path.rfind('/') + 1);
  const auto bytes_max = path.size() <= unix_path_bytes_max ? unix_path_bytes_max : unix_name_bytes_max;
  if (name_bytes > 0 && name_bytes <= bytes_max)
    return {};
  return fail(errc::invalid_argument, "the name of a Unix socket has 1 to " + std::to_string(bytes_max)
                                          + " bytes, and this one " + std::to_string(name_bytes) + ": '"
                                          + path + "'");
}

result<socket_address> unix_address(const std::string& path) {
  if (auto checked = check_unix_path(path); !checked)
    return tl::unexpected{std::move(checked).error()};
  if (path.size() <= unix_path_bytes_max)
    return socket_address{local::endpoint{path}};
  const auto slash = path.rfind('/');
  unshared_descriptor directory{::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!directory)
    return fail(errc::unavailable,
                "the directory of the socket " + path + " cannot be opened: " + last_error().message());
  const auto short_path = "/proc/self/fd/" + std::to_string(directory.get()) + path.substr(slash);
  return socket_address{local::endpoint{short_path},
                        std::make_shared<const unshared_descriptor>(std::move(directory))};
}

std::vector<socket_address> literal_addresses(const std::string& host, std::uint16_t port) {
  if (host == "localhost")
    return {{tcp::endpoint{ip::address_v4::loopback(), port}},
            {tcp::endpoint{ip::address_v6::loopback(), port}}};
  boost::system::error_code problem;
  const auto address = ip::make_address(host, problem);
  if (problem || host.find('%') != std::string::npos) // the system has to look up a scope, too
    return {};
  return {{tcp::endpoint{address, port}}};
}

std::vector<socket_address> look_up(const std::string& host, std::uint16_t port) {
  boost::asio::io_context io;
  tcp::resolver system{io};
  boost::system::error_code problem;
  std::vector<socket_address> result;
  for (const auto& each : system.resolve(host, std::to_string(port), tcp::resolver::numeric_service, problem))
    result.push_back({each.endpoint()});
  return result;
}

bool is_loopback(const socket_address& where) {
  return where.family() == AF_UNIX || tcp_at(where).address().is_loopback();
}

std::string network_of(const socket_address& where) {
  constexpr std::size_t network_bytes = 8;
  if (where.family() == AF_UNIX)
    return {};
  const auto text_of = [](const auto& bytes) { return std::string{bytes.begin(), bytes.end()}; };
  const auto host = tcp_at(where).address();
  if (host.is_v4())
    return text_of(host.to_v4().to_bytes());
  const auto six = host.to_v6();
  return six.is_v4_mapped() ? text_of(ip::make_address_v4(ip::v4_mapped, six).to_bytes())
                            : text_of(six.to_bytes()).substr(0, network_bytes);
}

unshared_descriptor accept_from(int listening, socket_address& from) {
  auto length = static_cast<socklen_t>(from.where.capacity());
  unshared_descriptor accepted{
      ::accept4(listening, from.where.data(), &length, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (accepted)
    from.where.resize(length);
  return accepted;
}

tl::expected<unshared_descriptor, std::error_code> listen_at(const socket_address& where) {
  auto socket = new_socket(where.family());
  if (!socket)
    return tl::unexpected{last_error()};
  if (where.family() == AF_UNIX)
    ::fchmod(socket.get(), 0600); // the file gets the mode of the socket, with no moment in between
  else
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(socket.get(), where.get(), where.length()) != 0 || ::listen(socket.get(), SOMAXCONN) != 0)
    return tl::unexpected{last_error()};
  return socket;
}

std::uint16_t local_port(int fd) {
  tcp::endpoint where;
  auto length = static_cast<socklen_t>(where.capacity());
  return ::getsockname(fd, where.data(), &length) == 0 ? where.port() : 0;
}

connect_attempt start_connect(const socket_address& where) {
  auto socket = new_socket(where.family());
  if (!socket)
    return {{}, last_error()};
  if (where.family() != AF_UNIX)
    tune_tcp(socket.get());
  std::error_code problem;
  if (::connect(socket.get(), where.get(), where.length()) != 0)
    problem = errno == EINTR ? std::make_error_code(std::errc::operation_in_progress) : last_error();
  return {std::move(socket), problem};
}

std::error_code connect_result(int fd) {
  const auto number = option(fd, SO_ERROR);
  return number < 0 ? last_error() : std::error_code{number, std::generic_category()};
}

bool is_same_user(int fd) {
  ucred who{};
  socklen_t length = sizeof(who);
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && who.uid == ::geteuid();
}

int exchange_send_buffer(int fd, int bytes) {
  if (option(fd, SO_DOMAIN) != AF_UNIX)
    return bytes;
  const auto former = option(fd, SO_SNDBUF) / 2; // what is set is doubled
  set_option(fd, SOL_SOCKET, SO_SNDBUF, bytes);
  return former;
}

void tune_tcp(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

} // namespace cluster_store::door
