#include <cluster_store/actors/door/trust/auth.hpp>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/backends/system/forked.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::door {

namespace {

constexpr std::string_view white_space = " \t\r\n";

/// White space at its end included.
constexpr std::size_t file_bytes_max = secret_bytes_max + white_space.size();

constexpr file_rules secret_rules{"secret file",
                                  "start a master on this account once, or copy its file there",
                                  file_bytes_max, true, "make a new one"};

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

/// For the user alone, whatever the umask.
bool make_directory(const std::filesystem::path& directory) {
  return ::mkdir(directory.c_str(), 0700) == 0 && ::chmod(directory.c_str(), 0700) == 0;
}

/// Makes `directory` and what is missing above it.
bool make_directories(const std::filesystem::path& directory) {
  if (directory.empty() || make_directory(directory) || errno == EEXIST)
    return true;
  return errno == ENOENT && make_directories(directory.parent_path()) && make_directory(directory);
}

/// Writes a new secret beside `path` and links it there, which one process at most succeeds in.
result<void> create_secret(const std::string& path) {
  if (!make_directories(std::filesystem::path{path}.parent_path()))
    return fail(errc::io_error, "cannot make the directory of the secret file " + path + ": " + reason());
  auto temporary = path + ".XXXXXX";
  unshared_descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)}; // mode 0600
  if (!file || ::fchmod(file.get(), 0600) != 0)                      // the umask may have left less
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

} // namespace

result<secret> secret::from(std::string bytes) {
  wiped_string guard{std::move(bytes)};
  const auto size = guard.bytes.size();
  if (size >= secret_bytes_min && size <= secret_bytes_max)
    return secret{std::move(guard)};
  return fail(errc::invalid_argument, "a secret has " + std::to_string(secret_bytes_min) + " to "
                                          + std::to_string(secret_bytes_max) + " bytes, and this one "
                                          + (size > secret_bytes_max ? "more" : std::to_string(size))
                                          + ": for example, `openssl rand -hex 32` makes one");
}

role_keys secrets::keys() const noexcept {
  role_keys result;
  if (worker)
    result.worker = worker->reveal();
  if (admin || worker)
    result.admin = (admin ? admin : worker)->reveal();
  return result;
}

std::string handle_proof(const secret& key, const wire::hello& said) {
  return frames::handle_proof(key.reveal(), said);
}

bool is_proved(const wire::hello& said, const secrets& keys) {
  const auto key = keys.keys().of(said.administers ? role::admin : role::worker);
  return !key.empty() && frames::same_proof(frames::handle_proof(key, said), said.proof);
}

result<secret> load_secret(const std::string& path) {
  const auto text = read_file(path, secret_rules);
  if (!text)
    return tl::unexpected{text.error()};
  const auto end = text->bytes.find_last_not_of(white_space);
  auto loaded = secret::from(text->bytes.substr(0, end == std::string::npos ? 0 : end + 1));
  if (!loaded)
    return fail(loaded.error().code, "the secret file " + path + ": " + loaded.error().message);
  return loaded;
}

result<secret> load_or_create_secret(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && errno == ENOENT)
    return create_secret(path).and_then([&] { return load_secret(path); });
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

} // namespace cluster_store::door
