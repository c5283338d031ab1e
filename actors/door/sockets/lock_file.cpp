#include <cluster_store/actors/door/sockets/lock_file.hpp>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::door {

namespace {

constexpr int attempts_max = 100;

/// Also one that this user made under a umask that left no rights to it.
unshared_descriptor open_for_owner(const std::string& path) {
  const auto open = [&path] {
    return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  };
  int file = open();
  struct stat status {};
  if (file < 0 && errno == EACCES && ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)
      && status.st_uid == ::geteuid() && ::chmod(path.c_str(), 0600) == 0)
    file = open();
  return unshared_descriptor{file};
}

/// @returns the words for who has the lock.
std::string holder_of(int file) {
  std::array<char, 24> text{};
  const auto bytes = ::pread(file, text.data(), text.size(), 0);
  const std::string_view line{text.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0};
  const auto process = parse_whole_number(line.substr(0, line.find('\n')), 1);
  return process ? "process " + std::to_string(*process) : "another process";
}

/// For people who wonder; the lock itself does not need it, so a full disk is no obstacle.
void write_holder(int file) {
  const auto line = std::to_string(::getpid()) + '\n';
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, line.data(), line.size(), 0) < 0)
    return;
}

} // namespace

std::optional<file_identity> identity_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return std::nullopt;
  return file_identity{status.st_dev, status.st_ino};
}

result<lock_file> lock_file::take(const std::string& path) {
  const auto refused = [&path](int number) {
    return fail(errc::io_error, "cannot lock " + path + ": " + std::generic_category().message(number));
  };
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    auto file = open_for_owner(path);
    if (!file && errno != EISDIR && errno != ELOOP)
      return refused(errno);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
      return fail(errc::invalid_argument, "cannot lock " + path + ", which is not a file: remove it");
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
      return errno == EWOULDBLOCK ? fail(errc::unavailable, holder_of(file.get()) + " has locked " + path)
                                  : refused(errno);
    ::fchmod(file.get(), 0600); // whatever the umask; if it is another's, that does not matter
    lock_file locked{path, std::move(file), {status.st_dev, status.st_ino}};
    if (!locked.is_in_place())
      continue; // somebody removed it between our open and our lock
    write_holder(locked.file_.get());
    return locked;
  }
  return fail(errc::unavailable, "somebody removes " + path + " again and again");
}

lock_file::~lock_file() {
  // A child that is only just being forked may still have it open.
  if (file_ && file_.is_ours())
    ::flock(file_.get(), LOCK_UN);
}

} // namespace cluster_store::door
