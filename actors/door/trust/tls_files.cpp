#include <cluster_store/actors/door/trust/tls_files.hpp>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace cluster_store::door {

namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

constexpr file_rules certificate_rules{
    "certificate file", "make one as docs/security.md shows, or correct the path", file_bytes_max};
constexpr file_rules key_rules{
    "key file", "give the private key that the certificate was made with, or correct the path",
    file_bytes_max, true, "whoever could read it can pose as this process; make a new key and certificate"};
constexpr file_rules authority_rules{
    "CA file", "give the certificate of the CA that signed the other side's certificate", file_bytes_max};

template <auto Free>
struct freed_by {
  void operator()(auto* what) const { Free(what); }
};
using memory_file = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate = std::unique_ptr<X509, freed_by<X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

tl::unexpected<error> refuse(const file_rules& rules, const file_text& file, std::string_view what) {
  return fail(errc::invalid_argument,
              "the " + std::string{rules.name} + " " + file.path + " " + std::string{what});
}

result<void> check(const tls_options& how, tls_side side) {
  if (how.certificate_file.empty() != how.key_file.empty())
    return fail(errc::invalid_argument,
                "TLS: a certificate and its key belong together: give both (tls.certificate_file and "
                "tls.key_file, --tls-cert and --tls-key) or neither");
  if (side == tls_side::server && how.certificate_file.empty())
    return fail(errc::invalid_argument,
                "TLS: a master that checks its workers' certificates needs one itself: give its certificate "
                "and key (tls.certificate_file and tls.key_file, --tls-cert and --tls-key)");
  if (side == tls_side::client && how.authority_file.empty())
    return fail(errc::invalid_argument,
                "TLS: without its CA the master's certificate cannot be checked: give the file of the CA "
                "(tls.authority_file, --tls-ca)");
  return {};
}

result<void> read_if_given(std::optional<file_text>& into, const std::string& path, const file_rules& rules) {
  if (path.empty())
    return {};
  return read_file(path, rules).map([&](wiped_string text) {
    into.emplace(file_text{path, std::move(text)});
  });
}

/// @returns what OpenSSL complained of last.
std::string complaint() {
  const auto* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text != nullptr ? text : "unknown reason";
}

memory_file as_file(const wiped_string& text) {
  return memory_file{BIO_new_mem_buf(text.bytes.data(), static_cast<int>(text.bytes.size()))};
}

result<std::vector<certificate>> read_certificates(const file_rules& rules, const file_text& file) {
  ERR_clear_error();
  const auto bytes = as_file(file.text);
  std::vector<certificate> all;
  while (certificate next{PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr)})
    all.push_back(std::move(next));
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto why = complaint();
  if (!at_end)
    return refuse(rules, file, "is damaged (" + why + "): copy it again");
  if (all.empty())
    return refuse(rules, file, "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
  return all;
}

std::string text_of(const ASN1_TIME* when) {
  const memory_file text{BIO_new(BIO_s_mem())};
  ASN1_TIME_print(text.get(), when);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

result<void> check_time(const X509& what, const file_rules& rules, const file_text& file, wall_time now) {
  auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto* begin = X509_get0_notBefore(&what);
  const auto* end = X509_get0_notAfter(&what);
  const auto refused = [&](const std::string& why) {
    return fail(errc::unauthorized,
                "the certificate in the " + std::string{rules.name} + " " + file.path + why);
  };
  if (X509_cmp_time(end, &seconds) < 0)
    return refused(" has expired on " + text_of(end) + ": renew it");
  if (X509_cmp_time(begin, &seconds) > 0)
    return refused(" is not valid before " + text_of(begin) + ": check this machine's clock");
  return {};
}

/// Called for a key with a passphrase, which nobody is there to type.
int no_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

} // namespace

result<tls_files> tls_files::read(const tls_options& how, tls_side side) {
  tls_files all{side, {}, {}, {}};
  return check(how, side)
      .and_then([&] { return read_if_given(all.certificate, how.certificate_file, certificate_rules); })
      .and_then([&] { return read_if_given(all.key, how.key_file, key_rules); })
      .and_then([&] { return read_if_given(all.authority, how.authority_file, authority_rules); })
      .map([&] { return std::move(all); });
}

result<void> use_certificate(ssl_ctx_st& context, const file_text& file, wall_time now) {
  auto chain = read_certificates(certificate_rules, file);
  if (!chain)
    return tl::unexpected{chain.error()};
  for (const auto& each : *chain)
    if (auto valid = check_time(*each, certificate_rules, file, now); !valid)
      return valid;
  bool usable = SSL_CTX_use_certificate(&context, chain->front().get()) == 1;
  for (auto each = std::next(chain->begin()); usable && each != chain->end(); ++each)
    usable = SSL_CTX_add1_chain_cert(&context, each->get()) == 1;
  if (!usable)
    return refuse(certificate_rules, file, "cannot be used (" + complaint() + "): make another one");
  return {};
}

result<void> use_key(ssl_ctx_st& context, const file_text& file) {
  ERR_clear_error();
  bool has_passphrase = false;
  const private_key key{
      PEM_read_bio_PrivateKey(as_file(file.text).get(), nullptr, &no_passphrase, &has_passphrase)};
  if (has_passphrase)
    return refuse(key_rules, file, "has a passphrase: give one without (openssl pkey -in FILE -out NEW)");
  if (!key)
    return refuse(key_rules, file, "holds no private key in PEM (" + complaint() + ")");
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 || SSL_CTX_check_private_key(&context) != 1)
    return refuse(key_rules, file,
                  "does not belong to the certificate (" + complaint()
                      + "): give the key that the certificate was made with");
  return {};
}

result<void> use_authority(ssl_ctx_st& context, const file_text& file, tls_side side, wall_time now) {
  const auto all = read_certificates(authority_rules, file);
  if (!all)
    return tl::unexpected{all.error()};
  const auto valid_now = [&](const auto& each) {
    return check_time(*each, authority_rules, file, now).has_value();
  };
  if (std::none_of(all->begin(), all->end(), valid_now))
    return check_time(*all->front(), authority_rules, file, now);
  for (const auto& each : *all) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), each.get());
    if (side == tls_side::server)
      SSL_CTX_add_client_CA(&context, each.get());
  }
  return {};
}

} // namespace cluster_store::door
