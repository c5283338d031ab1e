#include <cluster_store/actors/door/trust/tls_context.hpp>

#include <cassert>
#include <utility>

#include <openssl/ssl.h>

namespace cluster_store::door {

namespace {

constexpr int chain_length_max = 8;
constexpr long peer_certificates_bytes_max = 64 * 1024; ///< What a stranger can make OpenSSL keep.

void set_rules(SSL_CTX& context, const tls_files& files) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(&context, "ECDHE+AESGCM:ECDHE+CHACHA20"); // of TLS 1.2; those of 1.3 are all right
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                                    | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(&context, 0);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(&context, peer_certificates_bytes_max);
  SSL_CTX_set_verify_depth(&context, chain_length_max);
  SSL_CTX_set_mode(&context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                 | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(&context, 1); // one call of the system for a record instead of two
  const bool checks_peer = files.side == tls_side::client || files.authority;
  SSL_CTX_set_verify(
      &context, checks_peer ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, nullptr);
}

} // namespace

bool is_set(const tls_options& how) noexcept {
  return !how.certificate_file.empty() || !how.key_file.empty() || !how.authority_file.empty()
         || !how.server_name.empty();
}

result<tls_context> tls_context::from(const tls_files& files, wall_time now) {
  const bool serves = files.side == tls_side::server;
  std::shared_ptr<SSL_CTX> context{SSL_CTX_new(serves ? TLS_server_method() : TLS_client_method()),
                                   &SSL_CTX_free};
  assert(context && "OpenSSL is out of memory");
  set_rules(*context, files);
  result<void> done;
  if (files.certificate)
    done = use_certificate(*context, *files.certificate, now).and_then([&] {
      return use_key(*context, *files.key);
    });
  if (done && files.authority)
    done = use_authority(*context, *files.authority, files.side, now);
  if (!done)
    return tl::unexpected{done.error()};
  return tls_context{std::move(context), files.authority ? files.authority->path : std::string{}};
}

result<tls_context> tls_context::load(const tls_options& how, tls_side side, wall_time now) {
  return tls_files::read(how, side).and_then([&](const tls_files& files) { return from(files, now); });
}

} // namespace cluster_store::door
