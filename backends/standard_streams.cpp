#include <cluster_store/backends/standard_streams.hpp>

#include <cerrno>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace cluster_store {

namespace {

/// @returns a descriptor that cannot be read, if `stream` is to be read, or not be written.
int open_unusable(int stream) noexcept {
  const int made = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  return made != -1 ? made : ::open("/", O_PATH | O_DIRECTORY); // where there is no /dev, as in a chroot
}

} // namespace

void secure_standard_streams() noexcept {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF)
      continue;
    if (const int made = open_unusable(stream); made > stream) // another thread was faster
      ::close(made);
  }
}

} // namespace cluster_store
