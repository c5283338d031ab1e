#pragma once

#include <string>

#include <sys/types.h>

#include <cluster_store/actors/door/unique_fd.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store::door {

/// The file of a listening Unix socket, which one process at most serves. A lock beside it (`PATH.lock`, held
/// as long as the process serves) decides between simultaneous starts, so the file a dead master left behind
/// can be replaced without ever unlinking the socket of a living one.
///
/// Ownership: its end removes both files and closes the socket.
class socket_file {
public:
  /// Takes `path` and listens there; the file has mode 0600. A missing directory is made with mode 0700.
  /// @errors `unavailable` if another process serves it; `invalid_argument` if something else is at `path`,
  /// the
  ///   path is too long, or others may replace files in its directory; `io_error` if the system refuses.
  static result<socket_file> take(const std::string& path);

  socket_file(socket_file&& other) noexcept;
  socket_file& operator=(socket_file&&) = delete;
  ~socket_file();

  int listening() const noexcept { return socket_.get(); }

private:
  socket_file(std::string path, unique_fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  unique_fd lock_;
  unique_fd socket_;
  dev_t device_ = 0; ///< Of the socket's file, to remove no other.
  ino_t inode_ = 0;
};

} // namespace cluster_store::door
