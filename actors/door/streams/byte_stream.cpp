#include <cluster_store/actors/door/streams/byte_stream.hpp>

#include <cerrno>

#include <sys/socket.h>
#include <sys/types.h>

namespace cluster_store::door {

namespace {

step came_to(ssize_t moved, progress otherwise) {
  if (moved > 0)
    return {progress::done, static_cast<std::size_t>(moved)};
  if (moved == 0)
    return {progress::ended};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
    return {otherwise};
  return {progress::failed};
}

} // namespace

step byte_stream::read(std::span<char> into) {
  return take(fd(), into);
}

step byte_stream::write(std::string_view from) {
  return came_to(::send(fd(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL), progress::wants_write);
}

void byte_stream::finish() {
  ::shutdown(fd(), SHUT_WR);
}

step take(int fd, std::span<char> into, int flags) {
  return came_to(::recv(fd, into.data(), into.size(), MSG_DONTWAIT | flags), progress::wants_read);
}

} // namespace cluster_store::door
