#pragma once

#include <string>

#include <cluster_store/actors/door/tls_context.hpp>

/// The files of TLS, read into a context of OpenSSL. All block for the disk.
/// @errors those of `tls_context::load`.
namespace cluster_store::door {

/// The certificate that this side shows, and those between it and its CA.
result<void> use_certificate(ssl_ctx_st& context, const std::string& path, wall_time now);

/// Its private key. @pre the certificate is in `context`.
result<void> use_key(ssl_ctx_st& context, const std::string& path);

/// The CAs whose certificates are trusted at the other side.
result<void> use_authority(ssl_ctx_st& context, const std::string& path, tls_side side, wall_time now);

} // namespace cluster_store::door
