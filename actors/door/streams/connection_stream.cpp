#include <cluster_store/actors/door/streams/connection_stream.hpp>

#include <algorithm>
#include <cstring>

#include <caf/policy/tcp.hpp>

#include <cluster_store/actors/door/sockets/sockets.hpp>

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

/// Writes what the socket takes.
void connection_stream::write_on() {
  std::size_t count = 0;
  if (caf::policy::tcp::write_some(count, fd(), sending_.data() + sent_, sending_.size() - sent_)
      == read_ahead::state::failure)
    socket_.note_broken();
  sent_ += count;
  if (sent_ < sending_.size())
    return;
  sending_.clear();
  sending_size_.used(std::exchange(sent_, 0), sending_);
  sending_.swap(filling_);
  if (sending_.empty())
    buffer_size::spare(sending_); // the other one is there for the next message
}

void connection_stream::handle_event(caf::io::network::operation what) {
  if (what == caf::io::network::operation::write) {
    write_on();
    if (!sending_.empty() && !socket_.is_broken())
      return;
  }
  handle_event_impl(what, socket_);
}

void connection_stream::send(const manager_ptr& manager) {
  if (state_.writing || filling_.empty())
    return;
  sending_.swap(filling_);
  if (const bool wide = sending_.size() >= wide_from; wide != std::exchange(wide_, wide))
    other_send_buffer_ = exchange_send_buffer(fd(), other_send_buffer_);
  write_on();
  if (!sending_.empty())
    force_empty_write(manager);
}

void connection_stream::note_read(std::size_t bytes) {
  reading_size_.used(bytes, rd_buf());
}

} // namespace cluster_store::door
