#include <cluster_store/tests/support/certificates.hpp>

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace cluster_store::tests {

namespace {

void require(bool worked, const char* what) {
  if (!worked)
    throw std::runtime_error(std::string{"OpenSSL cannot "} + what);
}

std::shared_ptr<EVP_PKEY> new_key() {
  std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  require(key != nullptr, "make a key");
  return key;
}

template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{BIO_new(BIO_s_mem()), &BIO_free_all};
  require(write(text.get()) == 1, "write PEM");
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509& certificate) {
  return pem([&](BIO* out) { return PEM_write_bio_X509(out, &certificate); });
}

void extend(X509& certificate, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made{
      X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()), &X509_EXTENSION_free};
  require(made && X509_add_ext(&certificate, made.get(), -1) == 1, "extend a certificate");
}

/// @returns a certificate that lacks its issuer, extensions and signature.
std::shared_ptr<X509> draft(EVP_PKEY& key, const char* name, const certificate_wish& life) {
  std::shared_ptr<X509> made{X509_new(), &X509_free};
  long number = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&number), 4);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), number);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), static_cast<long>(life.begins.count()));
  X509_gmtime_adj(X509_getm_notAfter(made.get()), static_cast<long>(life.ends.count()));
  X509_set_pubkey(made.get(), &key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return made;
}

void sign(X509& certificate, X509& issuer, EVP_PKEY& key) {
  X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer));
  require(X509_sign(&certificate, &key, EVP_sha256()) > 0, "sign a certificate");
}

} // namespace

test_authority::test_authority(const certificate_wish& life)
    : key_(new_key()), certificate_(draft(*key_, "CA of one test", life)) {
  extend(*certificate_, NID_basic_constraints, "critical,CA:TRUE");
  extend(*certificate_, NID_key_usage, "critical,keyCertSign,cRLSign");
  sign(*certificate_, *certificate_, *key_);
  text_ = pem_of(*certificate_);
}

certified test_authority::issue(const certificate_wish& wish) const {
  const auto key = new_key();
  const auto made = draft(*key, "a process of one test", wish);
  if (!wish.alternative_names.empty())
    extend(*made, NID_subject_alt_name, wish.alternative_names);
  extend(*made, NID_ext_key_usage, wish.usage);
  sign(*made, *certificate_, *key_);
  return {pem_of(*made), pem([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

std::string locked(const std::string& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{
      BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), &BIO_free_all};
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> read{
      PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
  require(read != nullptr, "read a key");
  return pem([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, read.get(), EVP_aes_128_cbc(), "passphrase", 10, nullptr,
                                         nullptr);
  });
}

certificate_wish for_worker() {
  certificate_wish wish;
  wish.alternative_names.clear();
  wish.usage = "clientAuth";
  return wish;
}

} // namespace cluster_store::tests
