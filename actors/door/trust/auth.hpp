#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/actors/door/preamble/preamble.hpp>
#include <cluster_store/actors/door/trust/file.hpp>
#include <cluster_store/actors/wire/greeting.hpp>
#include <cluster_store/backends/result.hpp>

/// Secrets and the files they are kept in.
namespace cluster_store::door {

inline constexpr std::size_t secret_bytes_min = 16;
inline constexpr std::size_t secret_bytes_max = 1024;

/// A shared secret. Copies share the bytes, which are wiped when the last copy goes. Cannot be printed.
/// Thread-safe like a `const std::string`.
class secret {
public:
  /// @errors `invalid_argument` if `bytes` has fewer than 16 or more than 1024 bytes.
  static result<secret> from(std::string bytes);

  /// The bytes, for a proof and nothing else. They live as long as a copy of this object.
  std::string_view reveal() const noexcept { return bytes_->bytes; }

  friend std::ostream& operator<<(std::ostream&, const secret&) = delete;

private:
  explicit secret(wiped_string bytes) : bytes_(std::make_shared<const wiped_string>(std::move(bytes))) {}
  std::shared_ptr<const wiped_string> bytes_;
};

/// The secrets of a server. Without `admin` the secret of the workers gives both roles; without either only
/// Unix sockets can be served.
struct secrets {
  std::optional<secret> worker;
  std::optional<secret> admin;

  /// The keys by role; views that live as long as a copy of the secrets.
  role_keys keys() const noexcept;
};

/// @returns the proof for `said`, a hello that has none yet, of a handle that knows `key`.
std::string handle_proof(const secret& key, const wire::hello& said);

/// @returns whether the proof of `said` is one of the secret of the role that it asks for.
bool is_proved(const wire::hello& said, const secrets& keys);

/// Reads a secret file; white space at its end does not belong to the secret. Blocks for the disk.
/// @errors `invalid_argument` with what to do: there is none, it cannot be read, others may read it, its
/// secret
///   is too short or too long.
result<secret> load_secret(const std::string& path);

/// As `load_secret`, but first writes 32 random bytes as hexadecimal digits there (file 0600, missing
/// directories 0700) if there is no file. Processes that do so at the same time get the same secret. Blocks
/// for the disk.
/// @errors those of `load_secret`, or `io_error` if it cannot be written.
result<secret> load_or_create_secret(const std::string& path);

/// @returns `$XDG_CONFIG_HOME/cluster-store/secret`, or below `~/.config`.
std::string default_secret_path();

} // namespace cluster_store::door
