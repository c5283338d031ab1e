#include <cluster_store/tests/support/forwarder.hpp>

#include <array>
#include <cerrno>
#include <list>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cluster_store/tests/support/socket.hpp>

namespace cluster_store::tests {
namespace {

constexpr std::size_t buffered_bytes_max = 256 * 1024;

/// Resets the connection instead of ending it politely.
void reset(file_descriptor& socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  socket.close();
}

/// What was read from one side and not yet written to the other.
class direction {
public:
  bool wants_input() const noexcept { return !ended_ && bytes_.size() < buffered_bytes_max; }
  bool wants_output() const noexcept { return !bytes_.empty(); }

  /// @returns false once the link is broken.
  bool move(const file_descriptor& from, const file_descriptor& to, forwarder::behaviour how) {
    std::array<char, 65536> buffer;
    const auto count = wants_input() ? ::recv(from.number(), buffer.data(), buffer.size(), 0) : -1;
    if (count > 0 && how == forwarder::behaviour::pass)
      bytes_.append(buffer.data(), static_cast<std::size_t>(count));
    ended_ = ended_ || count == 0;
    while (!bytes_.empty()) {
      const auto sent = ::send(to.number(), bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
      if (sent < 0)
        return errno == EAGAIN;
      bytes_.erase(0, static_cast<std::size_t>(sent));
    }
    if (ended_ && !closed_)
      ::shutdown(to.number(), SHUT_WR);
    closed_ = ended_;
    return true;
  }

  /// Ends this direction as if its sender had.
  void end() { ended_ = true; }

  bool closed() const noexcept { return closed_; }

private:
  std::string bytes_;
  bool ended_ = false;
  bool closed_ = false;
};

short events_of(const direction& in, const direction& out) {
  return static_cast<short>((in.wants_input() ? POLLIN : 0) | (out.wants_output() ? POLLOUT : 0));
}

} // namespace

struct forwarder::link {
  file_descriptor worker;
  file_descriptor master;
  direction up;
  direction down;

  bool move(behaviour how) {
    return up.move(worker, master, how) && down.move(master, worker, how) && !(up.closed() && down.closed());
  }
};

forwarder::forwarder(std::string target) : target_(std::move(target)), listener_(listen_on_loopback()) {
  ::fcntl(listener_.number(), F_SETFL, O_NONBLOCK);
  thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
}

forwarder::~forwarder() = default;

std::string forwarder::endpoint() const {
  return "127.0.0.1:" + std::to_string(port_of(listener_));
}

void forwarder::serve(const std::stop_token& stop) {
  std::list<link> links;
  std::size_t cuts = 0;
  std::size_t half_closes = 0;
  std::size_t half_closes_of_answers = 0;
  while (!stop.stop_requested()) {
    const auto how = behaviour_.load();
    std::vector<pollfd> polled{{listener_.number(), POLLIN, 0}};
    for (const auto& each : links)
      if (how != behaviour::hold) {
        polled.push_back({each.worker.number(), events_of(each.up, each.down), 0});
        polled.push_back({each.master.number(), events_of(each.down, each.up), 0});
      }
    ::poll(polled.data(), polled.size(), 5); // so often it looks for what it is told
    if (cuts != cuts_) {
      cuts = cuts_;
      for (auto& each : links) {
        reset(each.worker);
        reset(each.master);
      }
      links.clear();
    }
    if (half_closes != half_closes_) {
      half_closes = half_closes_;
      for (auto& each : links)
        each.up.end();
    }
    if (half_closes_of_answers != half_closes_of_answers_) {
      half_closes_of_answers = half_closes_of_answers_;
      for (auto& each : links)
        each.down.end();
    }
    if (file_descriptor worker{::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        worker.is_open()) {
      ++accepted_;
      try {
        links.push_back({std::move(worker), connect_to(target_), {}, {}});
      } catch (const std::system_error&) { // the master is away: so is its forwarder
      }
    }
    if (how != behaviour::hold)
      std::erase_if(links, [how](link& each) { return !each.move(how); });
  }
}

} // namespace cluster_store::tests
