#include <cluster_store/actors/door/auth.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/actors/door/unique_fd.hpp>

namespace cluster_store::door {

namespace {

constexpr std::string_view white_space = " \t\r\n";

std::string reason() {
  return std::error_code{errno, std::generic_category()}.message();
}

/// Wipes its string when it goes.
struct wiped_string {
  std::string bytes;
  ~wiped_string() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

/// Reads what is behind `fd`, at most a byte more than a secret may have.
bool read_all(int fd, std::string& out) {
  out.resize(secret_bytes_max + white_space.size() + 1);
  std::size_t size = 0;
  while (size < out.size()) {
    const auto got = ::read(fd, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return false;
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  out.resize(size);
  return true;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

/// Makes `directory` and what is missing above it, for the user alone.
bool make_directories(const std::filesystem::path& directory) {
  if (directory.empty() || ::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST)
    return true;
  return errno == ENOENT && make_directories(directory.parent_path())
         && ::mkdir(directory.c_str(), 0700) == 0;
}

/// Writes a new secret beside `path` and links it there, which one process at most succeeds in.
result<void> create_secret(const std::string& path) {
  if (!make_directories(std::filesystem::path{path}.parent_path()))
    return fail(errc::io_error, "cannot make the directory of the secret file " + path + ": " + reason());
  auto temporary = path + ".XXXXXX";
  unique_fd file{::mkostemp(temporary.data(), O_CLOEXEC)}; // mode 0600
  if (!file)
    return fail(errc::io_error, "cannot write the secret file " + path + ": " + reason());
  wiped_string text;
  for (const auto byte : random_array<std::array<std::uint8_t, 32>>()) {
    constexpr std::string_view digits = "0123456789abcdef";
    text.bytes += {digits[byte >> 4], digits[byte & 15]};
  }
  text.bytes += '\n';
  const bool linked = write_all(file.get(), text.bytes) && ::fsync(file.get()) == 0
                      && (::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const auto why = reason();
  ::unlink(temporary.c_str());
  if (!linked)
    return fail(errc::io_error, "cannot write the secret file " + path + ": " + why);
  return {};
}

result<secret> read_secret(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return fail(errc::invalid_argument, "the secret file " + path + " is not a file");
  if ((status.st_mode & 077) != 0)
    return fail(errc::invalid_argument, "others than its owner may use the secret file " + path
                                            + ", so it is no secret: make a new one, and chmod 600 " + path);
  wiped_string text;
  if (!read_all(fd, text.bytes))
    return fail(errc::invalid_argument, "cannot read the secret file " + path + ": " + reason());
  const auto end = text.bytes.find_last_not_of(white_space);
  auto loaded = secret::from(text.bytes.substr(0, end == std::string::npos ? 0 : end + 1));
  if (!loaded)
    return fail(loaded.error().code, "the secret file " + path + ": " + loaded.error().message);
  return loaded;
}

} // namespace

secret::secret(std::string bytes)
    : bytes_(new std::string(std::move(bytes)), [](std::string* last) {
        OPENSSL_cleanse(last->data(), last->size());
        delete last;
      }) {}

result<secret> secret::from(std::string bytes) {
  wiped_string guard{std::move(bytes)};
  const auto size = guard.bytes.size();
  if (size >= secret_bytes_min && size <= secret_bytes_max)
    return secret{guard.bytes};
  return fail(errc::invalid_argument, "a secret has " + std::to_string(secret_bytes_min) + " to "
                                          + std::to_string(secret_bytes_max) + " bytes, and this one "
                                          + (size > secret_bytes_max ? "more" : std::to_string(size))
                                          + ": for example, `openssl rand -hex 32` makes one");
}

std::string_view secret::reveal() const noexcept {
  return *bytes_;
}

role_keys secrets::keys() const noexcept {
  role_keys result;
  if (worker)
    result.worker = worker->reveal();
  if (admin || worker)
    result.admin = (admin ? admin : worker)->reveal();
  return result;
}

result<secret> load_secret(const std::string& path) {
  const unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file)
    return read_secret(file.get(), path);
  if (errno == ENOENT)
    return fail(errc::invalid_argument,
                "there is no secret file " + path
                    + ": start a master on this account once, or copy its file there");
  return fail(errc::invalid_argument, "cannot open the secret file " + path + ": " + reason());
}

result<secret> load_or_create_secret(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) {
    if (auto created = create_secret(path); !created)
      return tl::unexpected{created.error()};
  }
  return load_secret(path);
}

std::string default_secret_path() {
  if (const auto* base = std::getenv("XDG_CONFIG_HOME"); base != nullptr && *base == '/')
    return std::string{base} + "/cluster-store/secret";
  const auto* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const auto* user = ::getpwuid(::geteuid());
    home = user != nullptr ? user->pw_dir : "/";
  }
  return std::string{home} + "/.config/cluster-store/secret";
}

void fill_random(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) == 1)
    return;
  std::fputs("cluster-store: the system gives no random bytes\n", stderr);
  std::abort();
}

} // namespace cluster_store::door
