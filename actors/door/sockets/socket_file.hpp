#pragma once

#include <string>

#include <cluster_store/actors/door/sockets/lock_file.hpp>
#include <cluster_store/backends/result.hpp>
#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

/// The file of a listening Unix socket, which one process at most serves. A lock beside it (`PATH.lock`, held
/// as long as the process serves) decides between simultaneous starts, so the file a dead master left behind
/// can be replaced without ever unlinking the socket of a living one.
///
/// Ownership: its end closes the socket and removes its file, if that is still its own. The lock's file
/// stays. A forked child has neither.
class socket_file {
public:
  /// Takes `path` and listens there; the file has mode 0600. A missing directory is made with mode 0700.
  /// @errors `unavailable` if another process serves it; `invalid_argument` if something else is at `path`,
  /// the
  ///   path is too long, or others may replace files in its directory; `io_error` if the system refuses.
  static result<socket_file> take(const std::string& path);

  socket_file(socket_file&&) noexcept = default;
  socket_file& operator=(socket_file&&) = delete;
  ~socket_file();

  /// @returns whether the path still leads here: nobody removed the socket's file, the lock's or their
  /// directory.
  bool is_intact() const { return lock_.is_in_place() && is_in_place(); }

  /// Takes the path again. Blocks for the disk.
  /// @post `listening` may be another descriptor.
  /// @errors `unavailable` if another process has taken the path: this socket is of no use any more;
  ///   any other as of `take`: it may be mended later.
  result<void> mend();

  int listening() const noexcept { return socket_.get(); }

private:
  socket_file(std::string path, lock_file lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  bool is_in_place() const { return socket_ && identity_of(path_) == socket_identity_; }
  result<void> listen();

  std::string path_;
  lock_file lock_;
  unshared_descriptor socket_;
  file_identity socket_identity_; ///< Of its file: to remove no other, and to see when it is gone.
};

} // namespace cluster_store::door
