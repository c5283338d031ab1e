#include <cluster_store/backends/system/store_directory.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/backends/system/process_wide.hpp>
#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::backends {
namespace {

using std::filesystem::file_type;

constexpr mode_t directory_mode = S_IRWXU;
constexpr mode_t file_mode = S_IRUSR | S_IWUSR;

/// Looking at a file must not wait for it (a FIFO), follow it elsewhere or live on in a child.
constexpr int looking = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;

constexpr std::size_t holder_bytes_max = 24;

tl::unexpected<error> failed(const std::string& what, int number, std::string_view advice) {
  return fail(errc::io_error, what + " (" + std::strerror(number) + "): " + std::string{advice});
}

/// Somebody else's file keeps its mode, as does one where there are no modes.
int mode_error(int result) noexcept {
  return result == 0 || errno == EPERM || errno == ENOTSUP ? 0 : errno;
}

// --- making it --------------------------------------------------------------------------------------------

std::string parent_of(const std::filesystem::path& path) {
  const auto parent = (path.has_filename() ? path : path.parent_path()).parent_path();
  return parent.empty() ? "." : parent.string();
}

/// Makes `path` and what is missing above it, name by name as they stand there: what `..` and a symbolic
/// link mean only the system knows. @param changed gets the directories in which one was made.
result<void> make_directories(const std::string& path, std::vector<std::string>& changed) {
  for (std::size_t at = 0; at < path.size();) {
    at = std::min(path.find('/', path.find_first_not_of('/', at)), path.size());
    const auto upper = path.substr(0, at);
    if (::mkdir(upper.c_str(), directory_mode) == 0) {
      if (const int number = mode_error(::chmod(upper.c_str(), directory_mode)); number != 0)
        return failed("the directory " + upper + " cannot be closed to others", number,
                      "use another file system");
      changed.push_back(parent_of(upper));
      continue;
    }
    const int number = errno;
    if (struct stat found{}; number != EEXIST && ::stat(upper.c_str(), &found) != 0)
      return failed("the directory " + upper + " cannot be made", number,
                    "make it, give this user the right to, or use another one");
  }
  return {};
}

/// @returns a descriptor of the directory.
result<int> open_directory(const std::string& path, std::vector<std::string>& changed) {
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC); };
  int descriptor = open();
  if (descriptor < 0 && errno == ENOENT) {
    if (auto good = make_directories(path, changed); !good)
      return tl::unexpected{std::move(good).error()};
    descriptor = open();
  }
  if (descriptor >= 0)
    return descriptor;
  const int number = errno;
  struct stat found {};
  if (number == ENOTDIR && ::stat(path.c_str(), &found) == 0)
    return fail(errc::invalid_argument, "the path " + path + " is not a directory: use another path");
  if (number == ENOENT && ::lstat(path.c_str(), &found) == 0 && S_ISLNK(found.st_mode))
    return fail(errc::invalid_argument, "the path " + path
                                            + " is a symbolic link to nothing: make the directory that it "
                                              "names, or use another path");
  return failed("the store's directory " + path + " cannot be opened", number,
                "give this user the right to, or use another one");
}

// --- looking into it --------------------------------------------------------------------------------------

/// @returns what is there, or what no directory is.
directory_identity identity_of(const std::string& path) noexcept {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? directory_identity{found.st_dev, found.st_ino}
                                           : directory_identity{};
}

/// @returns so many bytes of `name`, or `errno`.
tl::expected<std::string, int> read_part(int directory, const char* name, bool from_end,
                                         std::size_t bytes_max) {
  const unshared_descriptor file{::openat(directory, name, looking)};
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0)
    return tl::unexpected{errno};
  if (!S_ISREG(found.st_mode))
    return tl::unexpected{EINVAL};
  const auto at = from_end ? std::max<off_t>(0, found.st_size - static_cast<off_t>(bytes_max)) : 0;
  std::string text(bytes_max, '\0');
  std::size_t filled = 0;
  while (filled < bytes_max) {
    const auto got =
        ::pread(file.get(), text.data() + filled, bytes_max - filled, at + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return tl::unexpected{errno};
    if (got == 0)
      break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

/// @returns the process that the directory's file names, or 0 if there is no such process.
long holder_of(int directory) {
  const auto text = read_part(directory, store_directory::holder_name.data(), false, holder_bytes_max);
  if (!text || text->empty() || text->back() != '\n')
    return 0;
  const auto number = parse_whole_number(std::string_view{*text}.substr(0, text->size() - 1), 1, INT32_MAX);
  if (!number || (::kill(static_cast<pid_t>(*number), 0) != 0 && errno == ESRCH))
    return 0;
  return static_cast<long>(*number);
}

/// It only informs, so what goes wrong is no error.
bool write_holder(int directory) {
  const auto* const name = store_directory::holder_name.data();
  const unshared_descriptor file{::openat(
      directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, file_mode)};
  const auto text = std::to_string(::getpid()) + "\n";
  return file && mode_error(::fchmod(file.get(), file_mode)) == 0
         && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// --- locking it -------------------------------------------------------------------------------------------

/// The directories that this process has locked: what holds within a process where `flock` does not. A forked
/// child begins with none.
using directories = std::vector<directory_identity>;

void unlock_all(directories& locked) {
  locked.clear();
}

using locked_directories = process_wide<directories, &unlock_all>;

void forget(const directory_identity& which) {
  locked_directories::with([&](directories& locked) { std::erase(locked, which); });
}

} // namespace

std::string_view to_string(file_type what) noexcept {
  if (what == file_type::regular)
    return "a file";
  if (what == file_type::directory)
    return "a directory";
  return what == file_type::symlink ? "a symbolic link" : "no file";
}

store_directory::~store_directory() {
  if (!locked_ || !descriptor_.is_ours()) // a forked child has no lock
    return;
  if (told_)
    ::unlinkat(descriptor_.get(), holder_name.data(), 0);
  forget(which_);
}

/// Does not wait.
result<void> store_directory::lock() {
  locked_ = locked_directories::with([&](directories& locked) {
    const bool is_free = std::ranges::count(locked, which_) == 0;
    if (is_free)
      locked.push_back(which_);
    return is_free;
  });
  if (!locked_)
    return directory_in_use(path_, ::getpid());
  if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return {}; // else: this file system locks no directories
  forget(which_);
  locked_ = false;
  return directory_in_use(path_, holder_of(descriptor_.get()));
}

result<std::unique_ptr<store_directory>> store_directory::claim(const std::string& path) {
  std::vector<std::string> changed;
  const auto descriptor = open_directory(path, changed);
  if (!descriptor)
    return tl::unexpected{descriptor.error()};
  struct stat found {};
  const bool known = ::fstat(*descriptor, &found) == 0;
  std::unique_ptr<store_directory> made{
      new store_directory{path, *descriptor, directory_identity{found.st_dev, found.st_ino}}};
  if (!known)
    return failed("the store's directory " + path + " cannot be read", errno, "repair its disk");
  if (auto good = made->lock(); !good)
    return tl::unexpected{std::move(good).error()};
  std::error_code ignored; // then it has no place
  made->place_ = std::filesystem::canonical(path, ignored);
  if (identity_of(made->place_) != made->which_)
    return fail(errc::unavailable,
                "the store's directory " + path + " was moved or replaced while it was opened: try again");
  made->parents_ = std::move(changed);
  made->parents_.push_back(parent_of(made->place_)); // whoever made it may have died before that was synced
  return made;
}

std::string store_directory::locked_place() const {
  auto path = "/proc/self/fd/" + std::to_string(descriptor_.get());
  return identity_of(path) == which_ ? path : place_;
}

result<std::vector<directory_entry>> store_directory::entries() const {
  std::vector<directory_entry> found;
  std::error_code problem;
  for (std::filesystem::directory_iterator at{locked_place(), problem}, end; at != end;
       at.increment(problem)) {
    std::error_code gone;
    const auto what = at->symlink_status(gone).type();
    const auto bytes = what == file_type::regular ? at->file_size(gone) : 0;
    if (!gone)
      found.push_back({at->path().filename().string(), what, bytes});
  }
  if (problem)
    return failed("the store's directory " + path_ + " cannot be read", problem.value(),
                  "give this user the right to");
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

result<std::string> store_directory::part_of(const std::string& name, bool from_end,
                                             std::size_t bytes_max) const {
  return read_part(descriptor_.get(), name.c_str(), from_end, bytes_max).map_error([&](int number) {
    return failed("the file " + path_ + "/" + name + " cannot be read", number, "give this user the right to")
        .value();
  });
}

result<void> store_directory::writable(const std::string& name) const {
  if (::faccessat(descriptor_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return failed("the store's directory " + path_ + " cannot be written", errno,
                  "give this user the right to");
  if (::faccessat(descriptor_.get(), name.c_str(), W_OK, AT_EACCESS) != 0 && errno != ENOENT)
    return failed("the file " + path_ + "/" + name + " cannot be written", errno,
                  "give this user the right to");
  return {};
}

result<long> store_directory::record_lock_holder(const std::string& name) const {
  const unshared_descriptor file{::openat(descriptor_.get(), name.c_str(), looking)};
  if (!file && errno == ENOENT)
    return 0;
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  if (!file || ::fcntl(file.get(), F_GETLK, &wanted) != 0)
    return failed("the lock of the file " + path_ + "/" + name + " cannot be read", errno,
                  "give this user the right to");
  if (wanted.l_type == F_UNLCK)
    return 0;
  return wanted.l_pid > 0 ? wanted.l_pid : -1;
}

result<void> store_directory::accept(const std::vector<std::string>& files) {
  const int directory = descriptor_.get();
  int number = mode_error(::fchmod(directory, directory_mode));
  for (const auto& each : files)
    if (number == 0)
      number = mode_error(::fchmodat(directory, each.c_str(), file_mode, 0));
  if (number != 0)
    return failed("the store's directory " + path_ + " cannot be closed to others", number,
                  "repair its disk or use another one");
  told_ = write_holder(directory);
  return {};
}

int close_to_others(const std::string& file) noexcept {
  return mode_error(::chmod(file.c_str(), file_mode));
}

tl::unexpected<error> directory_in_use(const std::string& path, long holder) {
  const auto who = holder == ::getpid() ? "another store of this process (pid " + std::to_string(holder) + ")"
                   : holder > 0         ? "another process (pid " + std::to_string(holder) + ")"
                                        : std::string{"another process"};
  return fail(errc::unavailable, "the store's directory " + path + " is in use by " + who
                                     + ": stop that one or use another directory");
}

} // namespace cluster_store::backends
