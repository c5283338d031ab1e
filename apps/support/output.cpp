#include <cluster_store/apps/support/output.hpp>

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cluster_store::apps {

int write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(to, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{to, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool is_writable(int to) {
  const int flags = ::fcntl(to, F_GETFL);
  return flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
}

} // namespace cluster_store::apps
