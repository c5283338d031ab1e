#include <cluster_store/actors/door/tls_context.hpp>

#include <cassert>
#include <utility>

#include <openssl/ssl.h>

#include <cluster_store/actors/door/tls_files.hpp>

namespace cluster_store::door {

namespace {

constexpr int chain_length_max = 8;
constexpr long peer_certificates_bytes_max = 64 * 1024; ///< What a stranger can make OpenSSL keep.

tl::unexpected<error> refuse(const char* what) {
  return fail(errc::invalid_argument, what);
}

result<void> check(const tls_options& how, tls_side side) {
  if (how.certificate_file.empty() != how.key_file.empty())
    return refuse("TLS: a certificate and its key belong together: give both (tls.certificate_file and "
                  "tls.key_file, --tls-cert and --tls-key) or neither");
  if (side == tls_side::server && how.certificate_file.empty())
    return refuse(
        "TLS: a master that checks its workers' certificates needs one itself: give its certificate "
        "and key (tls.certificate_file and tls.key_file, --tls-cert and --tls-key)");
  if (side == tls_side::client && how.authority_file.empty())
    return refuse("TLS: without its CA the master's certificate cannot be checked: give the file of the CA "
                  "(tls.authority_file, --tls-ca)");
  return {};
}

void set_rules(SSL_CTX& context, const tls_options& how, tls_side side) {
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
  const bool checks_peer = side == tls_side::client || !how.authority_file.empty();
  SSL_CTX_set_verify(
      &context, checks_peer ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, nullptr);
}

} // namespace

bool is_set(const tls_options& how) noexcept {
  return !how.certificate_file.empty() || !how.key_file.empty() || !how.authority_file.empty()
         || !how.server_name.empty();
}

result<tls_context> tls_context::load(const tls_options& how, tls_side side, wall_time now) {
  if (auto complete = check(how, side); !complete)
    return tl::unexpected{complete.error()};
  std::shared_ptr<SSL_CTX> context{
      SSL_CTX_new(side == tls_side::server ? TLS_server_method() : TLS_client_method()), &SSL_CTX_free};
  assert(context && "OpenSSL is out of memory");
  set_rules(*context, how, side);
  result<void> done;
  if (!how.certificate_file.empty())
    done = use_certificate(*context, how.certificate_file, now).and_then([&] {
      return use_key(*context, how.key_file);
    });
  if (done && !how.authority_file.empty())
    done = use_authority(*context, how.authority_file, side, now);
  if (!done)
    return tl::unexpected{done.error()};
  return tls_context{std::move(context), how.authority_file};
}

} // namespace cluster_store::door
