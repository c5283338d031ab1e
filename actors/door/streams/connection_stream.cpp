#include <cluster_store/actors/door/streams/connection_stream.hpp>

#include <algorithm>
#include <cstring>

#include <caf/policy/tcp.hpp>

namespace cluster_store::door {

read_ahead::state read_ahead::receive(std::size_t& count, int socket, void* to, std::size_t size) {
  const auto outcome = caf::policy::tcp::read_some(count, socket, to, size);
  drained_ = outcome == state::success && count > 0 && count < size;
  return outcome;
}

read_ahead::state read_ahead::read_some(std::size_t& count, int socket, void* to, std::size_t size) {
  count = 0;
  if (begin_ == end_) {
    if (std::exchange(drained_, false))
      return state::success; // nothing for now
    if (size >= ahead_bytes_max)
      return receive(count, socket, to, size);
    std::size_t received = 0;
    const auto outcome = receive(received, socket, ahead_.get(), ahead_bytes_max);
    if (outcome != state::success || received == 0)
      return outcome;
    begin_ = 0;
    end_ = received;
  }
  count = std::min(size, end_ - begin_);
  std::memcpy(to, ahead_.get() + begin_, count);
  begin_ += count;
  return state::success;
}

read_ahead::state read_ahead::write_some(std::size_t& count, int socket, const void* from, std::size_t size) {
  return caf::policy::tcp::write_some(count, socket, from, size);
}

void connection_stream::send(const manager_ptr& manager) {
  auto& waiting = wr_buf();
  if (!waiting.empty() && !state_.writing && !state_.ack_writes) {
    std::size_t count = 0;
    if (read_ahead::write_some(count, fd(), waiting.data(), waiting.size()) == read_ahead::state::success)
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
  }
  flush(manager);
}

} // namespace cluster_store::door
