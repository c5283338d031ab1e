#pragma once

#include <atomic>
#include <chrono>
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

  /// CAF writes nothing itself: it learns whether everything was written, or nothing can be.
  state write_some(std::size_t& count, int, const void*, std::size_t) const noexcept {
    count = 0;
    return broken_ ? state::failure : state::success;
  }

  /// Nothing can be written any more.
  void note_broken() noexcept { broken_ = true; }
  bool is_broken() const noexcept { return broken_; }

  /// @returns whether something that was read ahead is still there: the multiplexer does not know of it.
  bool must_read_more(int, std::size_t) const noexcept { return begin_ != end_; }

private:
  state receive(std::size_t& count, int socket, void* to, std::size_t size);

  static constexpr std::size_t ahead_bytes_max = 16 * 1024;

  std::unique_ptr<char[]> ahead_ = std::make_unique_for_overwrite<char[]>(ahead_bytes_max);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool drained_ = false; ///< The last call got less than it asked for: there was no more.
  bool broken_ = false;
};

/// Gives back the memory of a buffer that has not needed most of it for a while, and at once where all
/// connections together keep much. It is looked at when it is used; what is idle has the other end's
/// heartbeats.
class buffer_size {
public:
  buffer_size() = default;
  buffer_size(const buffer_size&) = delete;
  buffer_size& operator=(const buffer_size&) = delete;
  ~buffer_size() { keep(0); }

  /// `buffer`, which is empty now, held so many bytes.
  template <class Buffer>
  void used(std::size_t bytes, Buffer& buffer) {
    const auto capacity = buffer.capacity();
    if (capacity <= kept_bytes_max)
      return;
    const auto now = std::chrono::steady_clock::now();
    if (bytes >= capacity / 4)
      last_needed_ = now;
    const bool others_leave_room = all_kept_ - kept_ + capacity <= all_kept_max;
    if (others_leave_room && now - last_needed_ <= patience)
      return keep(capacity);
    buffer = Buffer{};
    keep(0);
  }

  /// As `used`, for one that need not be large again.
  template <class Buffer>
  static void spare(Buffer& buffer) {
    if (buffer.capacity() > kept_bytes_max)
      buffer = Buffer{};
  }

private:
  void keep(std::size_t bytes) noexcept {
    all_kept_ += bytes - kept_;
    kept_ = bytes;
  }

  /// Always kept: the usual messages of a thousand workers.
  static constexpr std::size_t kept_bytes_max = 16 * 1024;
  static constexpr std::chrono::seconds patience{2};

  /// Of all connections of this process, beyond that.
  static constexpr std::size_t all_kept_max = 8 * 1024 * 1024;
  static inline std::atomic<std::size_t> all_kept_{0};

  std::chrono::steady_clock::time_point last_needed_{};
  std::size_t kept_ = 0;
};

/// A stream of CAF that reads ahead and writes at once, instead of asking the multiplexer for every message
/// whether it may write (three system calls more). It has buffers of its own for that: CAF never gives back
/// the memory of those it has.
///
/// Threads: the multiplexer's.
class connection_stream : public caf::io::network::stream {
public:
  using base = caf::io::network::stream;
  using buffer = std::remove_reference_t<decltype(std::declval<base&>().wr_buf())>;

  using base::base;
  ~connection_stream() override { forget_in_children(fd()); } // CAF closes it next

  void handle_event(caf::io::network::operation what) override;

  /// @returns where to append what is to be written; `send` writes it.
  buffer& wr_buf() noexcept { return filling_; }

  /// Writes what the socket takes of the write buffer; the rest goes when it takes more. Errors reach
  /// `manager` later, from the multiplexer.
  void send(const manager_ptr& manager);

  /// A message of so many bytes was read.
  void note_read(std::size_t bytes);

private:
  /// More than some full frames: one large session.
  static constexpr std::size_t wide_from = 512 * 1024;

  void write_on();

  read_ahead socket_;
  buffer filling_;
  buffer sending_; ///< Has not been written from `sent_` on.
  std::size_t sent_ = 0;
  bool wide_ = false; ///< The last message was large: it would have taken turns with its reader.
  int other_send_buffer_ = 1024 * 1024; ///< For small ones, then: they are read while others are written.
  buffer_size sending_size_;
  buffer_size reading_size_;
};

} // namespace cluster_store::door
