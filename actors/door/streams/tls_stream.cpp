#include <cluster_store/actors/door/streams/tls_stream.hpp>

#include <cassert>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cluster_store/actors/door/preamble/frames.hpp>

namespace cluster_store::door {

namespace {

bool is_address(const std::string& name) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, name.c_str(), &ignored) == 1
         || ::inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

/// Lets the handshake fail unless the server's certificate holds `name` as an alternative name.
bool expect(SSL& session, const std::string& name) {
  if (is_address(name))
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&session), name.c_str()) == 1;
  SSL_set_hostflags(&session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return SSL_set1_host(&session, name.c_str()) == 1 && SSL_set_tlsext_host_name(&session, name.c_str()) == 1;
}

} // namespace

tls_stream::tls_stream(const tls_context& how, unshared_descriptor socket)
    : byte_stream(std::move(socket)), context_(how), session_(SSL_new(how.get()), &SSL_free) {
  assert(session_ && "OpenSSL is out of memory");
  if (SSL_set_fd(session_.get(), fd()) != 1)
    failed_ = true;
}

std::unique_ptr<byte_stream> tls_stream::accept(const tls_context& how, unshared_descriptor socket) {
  std::unique_ptr<tls_stream> made{new tls_stream{how, std::move(socket)}};
  SSL_set_accept_state(made->session_.get());
  return made;
}

std::unique_ptr<byte_stream> tls_stream::connect(const tls_context& how, unshared_descriptor socket,
                                                 const std::string& server_name) {
  std::unique_ptr<tls_stream> made{new tls_stream{how, std::move(socket)}};
  SSL_set_connect_state(made->session_.get());
  made->wanted_ = {server_name, how.authority_file()};
  if (!expect(*made->session_, server_name))
    made->failed_ = true;
  auto* reading = SSL_get_rbio(made->session_.get());
  BIO_set_callback_arg(reading, reinterpret_cast<char*>(made.get()));
  BIO_set_callback_ex(reading,
                      [](BIO* from, int what, const char* bytes, std::size_t, int, long, int returned,
                         std::size_t* count) -> long {
                        if (what == (BIO_CB_READ | BIO_CB_RETURN) && returned > 0)
                          reinterpret_cast<tls_stream*>(BIO_get_callback_arg(from))->hear({bytes, *count});
                        return returned;
                      });
  return made;
}

/// Calls `what(session, bytes moved)` of OpenSSL.
template <class Call>
step tls_stream::attempt(Call what) {
  if (failed_)
    return {progress::failed};
  ERR_clear_error();
  std::size_t bytes = 0;
  auto came = judge(what(session_.get(), &bytes));
  came.bytes = bytes;
  return came;
}

step tls_stream::start() {
  return attempt([](SSL* session, std::size_t*) { return SSL_do_handshake(session); });
}

step tls_stream::read(std::span<char> into) {
  return attempt([into](SSL* session, std::size_t* bytes) {
    return SSL_read_ex(session, into.data(), into.size(), bytes);
  });
}

step tls_stream::write(std::string_view from) {
  if (SSL_is_init_finished(session_.get()) != 1) // a handshake goes on in `start` alone
    return {progress::failed};
  return attempt([from](SSL* session, std::size_t* bytes) {
    return SSL_write_ex(session, from.data(), from.size(), bytes);
  });
}

void tls_stream::finish() {
  if (!failed_ && SSL_is_init_finished(session_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(session_.get());
  }
  ::shutdown(fd(), SHUT_WR);
}

step tls_stream::judge(int returned) {
  if (returned == 1)
    return {};
  const int why = SSL_get_error(session_.get(), returned);
  switch (why) {
  case SSL_ERROR_WANT_READ:
    return {progress::wants_read};
  case SSL_ERROR_WANT_WRITE:
    return {progress::wants_write};
  case SSL_ERROR_ZERO_RETURN:
    return {progress::ended};
  default:
    failed_ =
        why == SSL_ERROR_SSL; // a socket that takes no more may still hold what the other side said last
    const bool left = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (wanted_ && !complaint_)
      explain();
    return {left ? progress::ended : progress::failed};
  }
}

void tls_stream::hear(std::string_view bytes) {
  heard_ += bytes.substr(0, frames::head_bytes - heard_.size());
}

void tls_stream::explain() {
  const auto certificate = SSL_get_verify_result(session_.get());
  if (auto plain = plain_answer())
    complaint_ = std::move(plain);
  else if (certificate != X509_V_OK)
    complaint_ = certificate_error(certificate, *wanted_);
  else
    complaint_ = tls_error(ERR_peek_error());
}

std::optional<error> tls_stream::plain_answer() const {
  if (!heard_.starts_with(frames::magic))
    return std::nullopt;
  const auto head = heard_.size() == frames::head_bytes ? frames::read_head(heard_) : std::nullopt;
  if (head && head->what == frames::kind::refusal
      && head->detail == static_cast<std::uint8_t>(refusal::strangers))
    return refusal_error(refusal::strangers, {}, {});
  return error{errc::unauthorized,
               "the server does not speak TLS at this endpoint: start it with a certificate (--tls-cert and "
               "--tls-key), or connect without a CA (--tls-ca)"};
}

} // namespace cluster_store::door
