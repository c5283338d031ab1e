#include <cluster_store/actors/door/trust/file.hpp>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cluster_store/backends/system/forked.hpp>

namespace cluster_store::door {

namespace {

tl::unexpected<error> refuse(std::string what) {
  return fail(errc::invalid_argument, std::move(what));
}

/// Fills `out` as far as the file reaches.
bool read_all(int fd, std::string& out) {
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

} // namespace

std::string reason() {
  return std::error_code{errno, std::generic_category()}.message();
}

wiped_string::~wiped_string() {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

result<wiped_string> read_file(const std::string& path, const file_rules& rules) {
  const auto file = std::string{rules.name} + " " + path;
  const unshared_descriptor opened{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!opened && errno == ENOENT)
    return refuse("there is no " + file + ": " + std::string{rules.if_missing});
  if (!opened)
    return refuse("cannot open the " + file + ": " + reason());
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return refuse("the " + file + " is not a file");
  if (rules.for_owner_only && (status.st_mode & 077) != 0)
    return refuse("others than its owner may use the " + file
                  + ", so it is no secret: " + std::string{rules.if_open} + ", and chmod 600 " + path);
  wiped_string text{std::string(rules.bytes_max + 1, '\0')};
  if (!read_all(opened.get(), text.bytes))
    return refuse("cannot read the " + file + ": " + reason());
  if (text.bytes.size() > rules.bytes_max)
    return refuse("the " + file + " has more than " + std::to_string(rules.bytes_max)
                  + " bytes: it must be another file than was meant");
  return text;
}

} // namespace cluster_store::door
