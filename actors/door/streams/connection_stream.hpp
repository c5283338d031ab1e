#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/rw_state.hpp>
#include <caf/io/network/stream.hpp>

#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

/// Reads a socket ahead, so that the header and the payload of a message cost one system call together, and
/// none is spent on learning that there is no more. What CAF calls the policy of a stream.
///
/// Relies on the multiplexer being told again of bytes that are still there (level-triggered).
class read_ahead {
public:
  using state = caf::io::network::rw_state;

  state read_some(std::size_t& count, int socket, void* to, std::size_t size);
  static state write_some(std::size_t& count, int socket, const void* from, std::size_t size);

  /// @returns whether something that was read ahead is still there: the multiplexer does not know of it.
  bool must_read_more(int, std::size_t) const noexcept { return begin_ != end_; }

private:
  state receive(std::size_t& count, int socket, void* to, std::size_t size);

  static constexpr std::size_t ahead_bytes_max = 16 * 1024;

  std::unique_ptr<char[]> ahead_ = std::make_unique_for_overwrite<char[]>(ahead_bytes_max);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool drained_ = false; ///< The last call got less than it asked for: there was no more.
};

/// A stream of CAF that reads ahead and writes at once, instead of asking the multiplexer for every message
/// whether it may write (three system calls more).
///
/// Threads: the multiplexer's.
class connection_stream : public caf::io::network::stream {
public:
  using buffer = std::remove_reference_t<decltype(std::declval<caf::io::network::stream&>().wr_buf())>;

  using caf::io::network::stream::stream;
  ~connection_stream() override { forget_in_children(fd()); } // CAF closes it next

  void handle_event(caf::io::network::operation what) override { handle_event_impl(what, socket_); }

  /// Writes what the socket takes of the write buffer; the rest goes when it takes more. Errors reach
  /// `manager` later, from the multiplexer.
  void send(const manager_ptr& manager);

private:
  read_ahead socket_;
};

} // namespace cluster_store::door
