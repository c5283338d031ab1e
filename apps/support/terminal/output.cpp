#include <cluster_store/apps/support/terminal/output.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cluster_store::apps {

namespace {

bool may_pass() {
  return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
}

/// Waits until `to` takes something. @returns whether it may; also if a write will say what is wrong.
bool wait_until_writable(int to, int milliseconds_max) {
  pollfd writable{to, POLLOUT, 0};
  int ready = 0;
  while ((ready = ::poll(&writable, 1, milliseconds_max)) < 0 && errno == EINTR) {
  }
  return ready != 0;
}

/// Writes `text` in pieces, each once `may_write`. @returns as `write_within`.
template <class Condition>
int write_while(Condition may_write, int to, std::string_view text) {
  while (!text.empty()) {
    if (!may_write())
      return ETIMEDOUT;
    // So much at once does not block where there is room at all.
    const auto written = ::write(to, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (!may_pass())
      return errno;
  }
  return 0;
}

} // namespace

int write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(to, text.data(), text.size());
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (!may_pass())
      return errno == ECONNRESET ? EPIPE : errno; // what a socket's reader leaves when it goes
    else if (errno != EINTR)
      wait_until_writable(to, -1);
  }
  return 0;
}

bool is_writable(int to) {
  const int flags = ::fcntl(to, F_GETFL);
  return flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
}

int write_within(int to, std::string_view text, std::chrono::milliseconds patience) {
  return write_while([&] { return wait_until_writable(to, static_cast<int>(patience.count())); }, to, text);
}

int write_unless(int to, std::string_view text, const std::function<bool()>& gives_up) {
  constexpr int look_every_ms = 50;
  const auto may_write = [&] {
    while (!wait_until_writable(to, look_every_ms))
      if (gives_up())
        return false;
    return true;
  };
  return write_while(may_write, to, text);
}

std::timed_mutex& stderr_lines() {
  static std::timed_mutex mutex;
  return mutex;
}

void tell(std::string_view lines) {
  constexpr std::chrono::seconds patience{1};
  if (const std::unique_lock lock{stderr_lines(), patience}; lock)
    write_within(STDERR_FILENO, lines, patience);
}

} // namespace cluster_store::apps
