#include <cluster_store/tests/support/socket.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace cluster_store::tests {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// An address of either family.
struct address {
  sockaddr_storage bytes{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

address address_of(const std::string& endpoint) {
  address result;
  if (endpoint.starts_with("unix:")) {
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::strncpy(here.sun_path, endpoint.c_str() + 5, sizeof(here.sun_path) - 1);
    std::memcpy(&result.bytes, &here, sizeof(here));
    result.size = sizeof(here);
    return result;
  }
  const auto colon = endpoint.rfind(':');
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(static_cast<std::uint16_t>(std::stoul(endpoint.substr(colon + 1))));
  ::inet_pton(AF_INET, endpoint.substr(0, colon).c_str(), &there.sin_addr);
  std::memcpy(&result.bytes, &there, sizeof(there));
  result.size = sizeof(there);
  return result;
}

file_descriptor stream_socket(int family) {
  file_descriptor made{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!made.is_open())
    fail("socket");
  return made;
}

bool wait_for(const file_descriptor& socket, short events, deadline limit) {
  pollfd polled{socket.number(), events, 0};
  return ::poll(&polled, 1, static_cast<int>(left_until(limit).count())) > 0;
}

} // namespace

file_descriptor connect_to(const std::string& endpoint) {
  const auto where = address_of(endpoint);
  auto made = stream_socket(where.bytes.ss_family);
  if (::connect(made.number(), where.get(), where.size) != 0) // loopback: answers at once
    fail("connect " + endpoint);
  ::fcntl(made.number(), F_SETFL, O_NONBLOCK);
  return made;
}

file_descriptor listen_on_loopback() {
  auto made = stream_socket(AF_INET);
  const auto where = address_of("127.0.0.1:0");
  if (::bind(made.number(), where.get(), where.size) != 0 || ::listen(made.number(), 128) != 0)
    fail("listen");
  return made;
}

file_descriptor listen_at_unix(const std::string& path) {
  auto made = stream_socket(AF_UNIX);
  const auto where = address_of("unix:" + path);
  if (::bind(made.number(), where.get(), where.size) != 0 || ::listen(made.number(), 128) != 0)
    fail("listen at " + path);
  return made;
}

std::uint16_t port_of(const file_descriptor& socket) {
  sockaddr_in here{};
  socklen_t size = sizeof(here);
  ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&here), &size);
  return ntohs(here.sin_port);
}

std::string unused_endpoint() {
  return "127.0.0.1:" + std::to_string(port_of(listen_on_loopback()));
}

std::string first_bytes_from(const file_descriptor& listener) {
  const auto limit = within(std::chrono::seconds{10});
  if (!wait_for(listener, POLLIN, limit))
    return {};
  const file_descriptor accepted{::accept(listener.number(), nullptr, nullptr)};
  std::array<char, 4096> buffer;
  const auto count =
      wait_for(accepted, POLLIN, limit) ? ::recv(accepted.number(), buffer.data(), buffer.size(), 0) : 0;
  return {buffer.data(), static_cast<std::size_t>(count > 0 ? count : 0)};
}

bool stranger::send(std::string_view bytes, deadline limit) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EAGAIN || !wait_for(socket_, POLLOUT, limit))
      return false;
  }
  return true;
}

bool stranger::read_some(deadline limit) {
  if (closed_ || !wait_for(socket_, POLLIN, limit))
    return false;
  std::array<char, 4096> buffer;
  const auto count = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
  if (count > 0)
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  else
    closed_ = count == 0 || errno != EAGAIN;
  return !closed_;
}

bool stranger::wait_for_close(deadline limit) {
  while (read_some(limit)) {
  }
  return closed_;
}

bool stranger::receive(std::size_t bytes, deadline limit) {
  while (received_.size() < bytes && read_some(limit)) {
  }
  return received_.size() >= bytes;
}

} // namespace cluster_store::tests
