#include <cluster_store/apps/support/terminal/input.hpp>

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cluster_store::apps {

tl::expected<std::size_t, int> input::read(std::span<char> into) const {
  const auto may_pass = [] { return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK; };
  if ((::fcntl(from_, F_GETFL) & O_ACCMODE) == O_WRONLY) // for which one might wait for ever
    return tl::unexpected{EBADF};
  for (;;) {
    pollfd sources[] = {{from_, POLLIN, 0}, {wake_, POLLIN, 0}};
    if (::poll(sources, 2, -1) < 0) {
      if (may_pass())
        continue;
      return tl::unexpected{errno};
    }
    if (sources[1].revents != 0)
      return 0;
    if (const auto count = ::read(from_, into.data(), into.size()); count >= 0)
      return static_cast<std::size_t>(count);
    if (!may_pass())
      return tl::unexpected{errno};
  }
}

} // namespace cluster_store::apps
