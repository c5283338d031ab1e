#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

/// How far a call got without blocking.
enum class progress : std::uint8_t {
  done,
  wants_read,  ///< Call again when the socket can be read.
  wants_write, ///< Call again when the socket can be written.
  ended,       ///< The other side says no more.
  failed       ///< The connection is of no more use.
};

struct step {
  progress what = progress::done;
  std::size_t bytes = 0; ///< That were moved; at least one if `done`.

  bool waits() const noexcept { return what == progress::wants_read || what == progress::wants_write; }
};

/// One connection as a stream of bytes: as they are, or what a class below makes of them. No call blocks.
///
/// Threads: one at a time. Ownership: of its socket, which must be non-blocking.
class byte_stream {
public:
  explicit byte_stream(unshared_descriptor socket) noexcept : socket_(std::move(socket)) {}
  byte_stream(const byte_stream&) = delete;
  byte_stream& operator=(const byte_stream&) = delete;
  virtual ~byte_stream() = default;

  /// To wait for; for nothing else.
  int fd() const noexcept { return socket_.get(); }

  /// Gets ready to move bytes (TLS: shakes hands).
  virtual step start() { return {}; }

  /// Reads some bytes. @pre `into` is not empty.
  virtual step read(std::span<char> into);

  /// Writes some bytes. @pre `from` is not empty; after a call that waits, it begins with the same bytes.
  virtual step write(std::string_view from);

  /// Says that nothing more will be written. What the other side still says can be read.
  virtual void finish();

  /// @returns why a call failed, if a person can act on it.
  virtual std::optional<error> complaint() const { return std::nullopt; }

  /// @returns the socket if others may go on with it where this stream ends; nothing if it cannot be given
  /// away.
  virtual unshared_descriptor detach() { return std::move(socket_); }

private:
  unshared_descriptor socket_;
};

/// Reads what has arrived at a socket. @pre `into` is not empty.
/// @param flags more of `recv`: with `MSG_PEEK` the bytes stay there.
step take(int fd, std::span<char> into, int flags = 0);

} // namespace cluster_store::door
