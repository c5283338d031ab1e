#include <cluster_store/actors/door/sockets/sockets.hpp>

#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace cluster_store::door {

namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof(value));
}

template <class Address>
socket_address address_from(const Address& from) {
  socket_address result;
  std::memcpy(&result.storage, &from, sizeof(from));
  result.length = sizeof(from);
  return result;
}

socket_address ipv4(in_addr host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = host;
  address.sin_port = htons(port);
  return address_from(address);
}

socket_address ipv6(const in6_addr& host, std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = host;
  address.sin6_port = htons(port);
  return address_from(address);
}

template <class Address>
Address as(const socket_address& where) {
  Address result{};
  std::memcpy(&result, &where.storage, sizeof(result));
  return result;
}

constexpr std::size_t unix_path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

/// What is left of it behind the number of a descriptor, `/proc/self/fd/2147483647/`.
constexpr std::size_t unix_name_bytes_max = unix_path_bytes_max - 25;

/// @pre `path` has at most `unix_path_bytes_max` bytes.
socket_address short_unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address_from(address);
}

unshared_descriptor new_socket(int family) {
  return unshared_descriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

} // namespace

std::string system_message(int number) {
  return std::error_code{number, std::generic_category()}.message();
}

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
    return short_unix_address(path);
  const auto slash = path.rfind('/');
  unshared_descriptor directory{::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!directory)
    return fail(errc::unavailable,
                "the directory of the socket " + path + " cannot be opened: " + system_message(errno));
  auto address = short_unix_address("/proc/self/fd/" + std::to_string(directory.get()) + path.substr(slash));
  address.directory = std::make_shared<const unshared_descriptor>(std::move(directory));
  return address;
}

std::vector<socket_address> literal_addresses(const std::string& host, std::uint16_t port) {
  if (host == "localhost")
    return {ipv4({htonl(INADDR_LOOPBACK)}, port), ipv6(in6addr_loopback, port)};
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1)
    return {ipv4(four, port)};
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1)
    return {ipv6(six, port)};
  return {};
}

std::vector<socket_address> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
  std::vector<socket_address> result;
  for (; found != nullptr; found = found->ai_next) {
    socket_address each;
    std::memcpy(&each.storage, found->ai_addr, found->ai_addrlen);
    each.length = found->ai_addrlen;
    result.push_back(each);
  }
  return result;
}

bool is_loopback(const socket_address& where) {
  if (where.family() == AF_INET)
    return (ntohl(as<sockaddr_in>(where).sin_addr.s_addr) >> 24) == 127;
  if (where.family() != AF_INET6)
    return where.family() == AF_UNIX;
  const auto six = as<sockaddr_in6>(where).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&six);
}

std::string network_of(const socket_address& where) {
  constexpr std::size_t network_bytes = 8;
  constexpr std::size_t mapped_from = 12; // ::ffff:1.2.3.4
  if (where.family() == AF_INET) {
    const auto four = as<sockaddr_in>(where).sin_addr;
    return {reinterpret_cast<const char*>(&four), sizeof(four)};
  }
  if (where.family() != AF_INET6)
    return {};
  const auto six = as<sockaddr_in6>(where).sin6_addr;
  const std::string bytes{reinterpret_cast<const char*>(&six), sizeof(six)};
  return IN6_IS_ADDR_V4MAPPED(&six) ? bytes.substr(mapped_from) : bytes.substr(0, network_bytes);
}

unshared_descriptor accept_from(int listening, socket_address& from) {
  from.length = sizeof(from.storage);
  return unshared_descriptor{::accept4(listening, reinterpret_cast<sockaddr*>(&from.storage), &from.length,
                                       SOCK_CLOEXEC | SOCK_NONBLOCK)};
}

tl::expected<unshared_descriptor, std::error_code> listen_at(const socket_address& where) {
  auto socket = new_socket(where.family());
  if (!socket)
    return tl::unexpected{last_error()};
  if (where.family() == AF_UNIX)
    ::fchmod(socket.get(), 0600); // the file gets the mode of the socket, with no moment in between
  else
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(socket.get(), where.get(), where.length) != 0 || ::listen(socket.get(), SOMAXCONN) != 0)
    return tl::unexpected{last_error()};
  return socket;
}

std::uint16_t local_port(int fd) {
  socket_address where;
  where.length = sizeof(where.storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&where.storage), &where.length) != 0)
    return 0;
  return ntohs(where.family() == AF_INET6 ? as<sockaddr_in6>(where).sin6_port
                                          : as<sockaddr_in>(where).sin_port);
}

connect_attempt start_connect(const socket_address& where) {
  connect_attempt result;
  result.socket = new_socket(where.family());
  if (!result.socket) {
    result.problem = last_error();
    return result;
  }
  tune(result.socket.get(), where.family());
  if (::connect(result.socket.get(), where.get(), where.length) == 0) {
    result.progress = connect_progress::connected;
  } else if (errno == EINPROGRESS || errno == EINTR) {
    result.progress = connect_progress::pending;
  } else {
    result.problem = last_error();
    // Only a Unix socket says so, and then there is no connect to wait for.
    if (errno == EAGAIN && where.family() == AF_UNIX)
      result.progress = connect_progress::busy;
  }
  return result;
}

std::error_code connect_result(int fd) {
  int number = 0;
  socklen_t length = sizeof(number);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) != 0)
    return last_error();
  return {number, std::generic_category()};
}

std::optional<uid_t> peer_uid(int fd) {
  ucred who{};
  socklen_t length = sizeof(who);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0)
    return std::nullopt;
  return who.uid;
}

void tune(int fd, int family) {
  if (family == AF_UNIX)
    return set_option(fd, SOL_SOCKET, SO_SNDBUF, 1024 * 1024);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

} // namespace cluster_store::door
