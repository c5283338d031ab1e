#pragma once

#include <memory>
#include <string>

#include <cluster_store/actors/door/trust/tls_files.hpp>

namespace cluster_store::door {

/// @returns whether `how` asks for TLS; perhaps not completely.
bool is_set(const tls_options& how) noexcept;

/// What one side needs for TLS: certificates, key and rules, read from files and checked.
///
/// TLS 1.2 or 1.3, only ciphers with forward secrecy; no session is resumed, so that each connection checks
/// all certificates. Thread-safe; never changes; copies share it.
class tls_context {
public:
  /// Checks what was read.
  /// @param now judges the certificates.
  /// @errors `invalid_argument` with what to do: a file is not PEM, or the key belongs to another certificate
  /// or
  ///   has a passphrase; `unauthorized` if a certificate has expired or is not valid yet.
  static result<tls_context> from(const tls_files& files, wall_time now);

  /// Reads and checks the files. Blocks for the disk.
  /// @errors those of `tls_files::read` and `from`.
  static result<tls_context> load(const tls_options& how, tls_side side, wall_time now);

  ssl_ctx_st* get() const noexcept { return context_.get(); }

  /// The file of the CAs, for messages.
  const std::string& authority_file() const noexcept { return authority_file_; }

private:
  tls_context(std::shared_ptr<ssl_ctx_st> context, std::string authority_file)
      : context_(std::move(context)), authority_file_(std::move(authority_file)) {}

  std::shared_ptr<ssl_ctx_st> context_;
  std::string authority_file_;
};

} // namespace cluster_store::door
