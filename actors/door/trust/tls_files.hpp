#pragma once

#include <optional>
#include <string>

#include <cluster_store/actors/door/trust/file.hpp>
#include <cluster_store/actors/options.hpp>
#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/result.hpp>

struct ssl_ctx_st; // SSL_CTX of OpenSSL

namespace cluster_store::door {

enum class tls_side : std::uint8_t { server, client };

/// A file as it was read.
struct file_text {
  std::string path;
  wiped_string text;
};

/// The files of TLS as they were read, those that were given.
struct tls_files {
  tls_side side = tls_side::server;
  std::optional<file_text> certificate;
  std::optional<file_text> key;
  std::optional<file_text> authority;

  /// Reads them. Blocks for the disk; does nothing else, in particular nothing that a process which ends
  /// meanwhile has taken away already.
  /// @errors `invalid_argument` with what to do: an option is missing, or a file is missing, cannot be read,
  /// is
  ///   too large, or a key is open to others.
  static result<tls_files> read(const tls_options& how, tls_side side);
};

// What was read, put into a context of OpenSSL. Errors are those of `tls_context::from`.

/// The certificate that this side shows, and those between it and its CA.
result<void> use_certificate(ssl_ctx_st& context, const file_text& file, wall_time now);

/// Its private key. @pre the certificate is in `context`.
result<void> use_key(ssl_ctx_st& context, const file_text& file);

/// The CAs whose certificates are trusted at the other side.
result<void> use_authority(ssl_ctx_st& context, const file_text& file, tls_side side, wall_time now);

} // namespace cluster_store::door
