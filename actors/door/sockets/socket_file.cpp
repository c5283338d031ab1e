#include <cluster_store/actors/door/sockets/socket_file.hpp>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/actors/door/sockets/sockets.hpp>

namespace cluster_store::door {

namespace {

tl::unexpected<error> refused_by_system(const std::string& path, int number) {
  return fail(errc::io_error,
              "cannot listen at unix:" + path + ": " + std::generic_category().message(number));
}

/// @param who has it, in words.
tl::unexpected<error> served_by_another(const std::string& path, const std::string& who) {
  return fail(errc::unavailable, "another master is serving unix:" + path + " (" + who
                                     + "): connect to it, stop it, or listen at another path");
}

/// Whether other users might replace files in the directory: then they could lead clients elsewhere.
result<void> prepare_directory(const std::string& path) {
  auto directory = std::filesystem::path{path}.parent_path();
  if (directory.empty())
    directory = ".";
  const bool made = ::mkdir(directory.c_str(), 0700) == 0;
  if ((!made && errno != EEXIST) || (made && ::chmod(directory.c_str(), 0700) != 0))
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

result<lock_file> lock(const std::string& path) {
  auto taken = lock_file::take(path + ".lock");
  if (!taken && taken.error().code == errc::unavailable)
    return served_by_another(path, taken.error().message);
  if (!taken)
    taken.error().message = "cannot listen at unix:" + path + ": " + taken.error().message;
  return taken;
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
    return served_by_another(path, "it answers");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return refused_by_system(path, errno);
  return {};
}

} // namespace

result<socket_file> socket_file::take(const std::string& path) {
  return check_unix_path(path)
      .and_then([&] { return prepare_directory(path); })
      .and_then([&] { return lock(path); })
      .and_then([&](lock_file locked) {
        socket_file taken{path, std::move(locked)};
        return taken.listen().map([&] { return std::move(taken); });
      });
}

result<void> socket_file::mend() {
  if (auto ready = prepare_directory(path_); !ready)
    return tl::unexpected{ready.error()};
  if (!lock_.is_in_place()) {
    auto locked = lock(path_);
    if (!locked && is_in_place()) // somebody may try to start, and will find that the socket is served
      return fail(errc::io_error, "its lock is lost: " + locked.error().message);
    if (!locked)
      return tl::unexpected{locked.error()};
    lock_ = *std::move(locked);
  }
  return is_in_place() ? result<void>{} : listen();
}

/// @pre the lock is ours.
result<void> socket_file::listen() {
  const auto where = unix_address(path_);
  if (!where)
    return tl::unexpected{where.error()};
  if (auto removed = remove_stale(path_, *where); !removed)
    return removed;
  auto listening = listen_at(*where);
  if (!listening && listening.error() == std::errc::address_in_use)
    return served_by_another(path_, "it came first");
  if (!listening)
    return refused_by_system(path_, listening.error().value());
  const auto identity = identity_of(path_);
  if (!identity || ::chmod(path_.c_str(), 0600) != 0) // whatever the umask left of that
    return refused_by_system(path_, errno);
  socket_ = unshared_descriptor{listening->release()};
  socket_identity_ = *identity;
  return {};
}

socket_file::~socket_file() {
  if (socket_.is_ours() && is_in_place())
    ::unlink(path_.c_str());
}

} // namespace cluster_store::door
