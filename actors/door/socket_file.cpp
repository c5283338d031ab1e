#include <cluster_store/actors/door/socket_file.hpp>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/actors/door/sockets.hpp>

namespace cluster_store::door {

namespace {

constexpr int lock_attempts_max = 100;

std::string lock_path(const std::string& path) {
  return path + ".lock";
}

tl::unexpected<error> refused_by_system(const std::string& path, int number) {
  return fail(errc::io_error, "cannot listen at unix:" + path + ": " + system_message(number));
}

tl::unexpected<error> served_by_another(const std::string& path) {
  return fail(errc::unavailable, "another master is serving unix:" + path
                                     + ": connect to it, stop it, or listen at another path");
}

/// Whether other users might replace files in the directory: then they could lead clients elsewhere.
result<void> prepare_directory(const std::string& path) {
  auto directory = std::filesystem::path{path}.parent_path();
  if (directory.empty())
    directory = ".";
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return refused_by_system(path, errno);
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0)
    return refused_by_system(path, errno);
  if (!S_ISDIR(status.st_mode))
    return refused_by_system(path, ENOTDIR);
  if ((status.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
    return fail(errc::invalid_argument,
                "every user may replace files in " + directory.string()
                    + ", so no socket is safe there: chmod o-w it, or take another path");
  return {};
}

/// @returns the lock of `path` if no other process has it.
result<unique_fd> lock(const std::string& path) {
  const auto name = lock_path(path);
  for (int attempt = 0; attempt < lock_attempts_max; ++attempt) {
    unique_fd file{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file)
      return refused_by_system(path, errno);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
      return errno == EWOULDBLOCK ? served_by_another(path) : refused_by_system(path, errno);
    struct stat mine {};
    struct stat named {};
    // Its former owner may have removed the file between our open and our lock.
    if (::fstat(file.get(), &mine) == 0 && ::stat(name.c_str(), &named) == 0 && mine.st_ino == named.st_ino
        && mine.st_dev == named.st_dev)
      return file;
  }
  return served_by_another(path);
}

/// Removes the file of a socket nobody serves.
result<void> remove_stale(const std::string& path, const socket_address& where) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? result<void>{} : refused_by_system(path, errno);
  if (!S_ISSOCK(status.st_mode))
    return fail(errc::invalid_argument,
                "cannot listen at unix:" + path
                    + ": there is another file, which is not a socket; take another path");
  const auto probe = start_connect(where);
  if (probe.problem == std::errc::permission_denied)
    return refused_by_system(path, EACCES);
  if (probe.problem != std::errc::connection_refused && probe.problem != std::errc::no_such_file_or_directory)
    return served_by_another(path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return refused_by_system(path, errno);
  return {};
}

} // namespace

socket_file::socket_file(socket_file&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      lock_(std::move(other.lock_)),
      socket_(std::move(other.socket_)),
      device_(other.device_),
      inode_(other.inode_) {}

result<socket_file> socket_file::take(const std::string& path) {
  const auto where = unix_address(path);
  if (!where)
    return tl::unexpected{where.error()};
  if (auto ready = prepare_directory(path); !ready)
    return tl::unexpected{ready.error()};
  auto locked = lock(path);
  if (!locked)
    return tl::unexpected{locked.error()};
  socket_file result{path, std::move(*locked)};
  if (auto removed = remove_stale(path, *where); !removed)
    return tl::unexpected{removed.error()};
  auto listening = listen_at(*where);
  if (!listening)
    return listening.error() == std::errc::address_in_use
               ? served_by_another(path)
               : refused_by_system(path, listening.error().value());
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return refused_by_system(path, errno);
  result.socket_ = std::move(*listening);
  result.device_ = status.st_dev;
  result.inode_ = status.st_ino;
  return result;
}

socket_file::~socket_file() {
  if (path_.empty())
    return;
  struct stat status {};
  if (socket_ && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
    ::unlink(path_.c_str());
  socket_.reset();
  // Last and while it is locked, so that nobody can hold a lock on a file without a name.
  ::unlink(lock_path(path_).c_str());
}

} // namespace cluster_store::door
