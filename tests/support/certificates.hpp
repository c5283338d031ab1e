#pragma once

#include <chrono>
#include <memory>
#include <string>

struct evp_pkey_st; // EVP_PKEY and X509 of OpenSSL
struct x509_st;

namespace cluster_store::tests {

/// What a certificate is to say.
struct certificate_wish {
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1"; ///< Empty: none.
  std::string usage = "serverAuth";                             ///< Extended key usage.
  std::chrono::seconds begins{-3600};                           ///< From now.
  std::chrono::seconds ends{3600};
};

/// A certificate and its key, in PEM.
struct certified {
  std::string certificate;
  std::string key;
};

/// A CA of one test, with a new key.
class test_authority {
public:
  explicit test_authority(const certificate_wish& life = {});

  /// Its certificate in PEM.
  const std::string& certificate() const noexcept { return text_; }

  /// @returns a new key and its certificate.
  certified issue(const certificate_wish& wish = {}) const;

private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
  std::string text_;
};

/// @returns the same key with a passphrase.
std::string locked(const std::string& key);

/// @returns the wish for a worker's certificate.
certificate_wish for_worker();

} // namespace cluster_store::tests
