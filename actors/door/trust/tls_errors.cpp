#include <cluster_store/actors/door/trust/tls_errors.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace cluster_store::door {

namespace {

/// What to do about a certificate that was not accepted.
std::string advice_for(long result, const tls_expectation& wanted) {
  switch (result) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return "it, or that of its CA, has expired: renew it at the server";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return "it is valid later than now: check the clocks of both machines";
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return "it does not hold '" + wanted.server_name
           + "': connect to a name or address that it holds, or say which one is meant (tls.server_name, "
             "--tls-server-name)";
  case X509_V_ERR_INVALID_PURPOSE:
    return "it is not for servers: make one with the extended key usage serverAuth";
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return "it does not come from a CA in " + wanted.authority_file
           + ": give the CA of the server, or find out who answers there";
  default:
    return "see what is wrong with it: openssl verify";
  }
}

/// @returns what an alert is called, without the version of the protocol that had it first.
std::string name_of_alert(std::string_view text) {
  const auto alert = text.find(" alert ");
  return std::string{alert == std::string_view::npos ? text : text.substr(alert + 1)};
}

/// What the server says that refused this process's certificate or handshake; an alert by its number.
error alert_error(int alert, const std::string& text) {
  const auto refused = [&](const std::string& advice) {
    return error{errc::unauthorized,
                 "the server refused this process's certificate (" + text + "): " + advice};
  };
  switch (alert) {
  case SSL_AD_CERTIFICATE_REQUIRED:
    return {errc::unauthorized, "the server wants a certificate of this process (" + text
                                    + "): give one and its key (tls.certificate_file and tls.key_file, "
                                      "--tls-cert and --tls-key)"};
  case SSL_AD_CERTIFICATE_EXPIRED:
    return refused("it has expired; renew it");
  case SSL_AD_UNKNOWN_CA:
  case SSL_AD_DECRYPT_ERROR:
    return refused("give one of the CA that the server was started with (its --tls-ca)");
  case SSL_AD_BAD_CERTIFICATE:
  case SSL_AD_CERTIFICATE_UNKNOWN:
    return refused("check that it is valid by the server's clock and comes from its CA");
  case SSL_AD_CERTIFICATE_REVOKED:
    return refused("it was revoked; make a new one");
  case SSL_AD_UNSUPPORTED_CERTIFICATE:
    return refused("make one with the extended key usage clientAuth");
  case SSL_AD_PROTOCOL_VERSION:
    return {errc::version_mismatch, "the server speaks no version of TLS that this process does (" + text
                                        + "): both need TLS 1.2 or 1.3"};
  case SSL_AD_HANDSHAKE_FAILURE:
    return {errc::unauthorized, "the server refused the TLS handshake (" + text
                                    + "): it may want a certificate of this process, or have no cipher in "
                                      "common with it"};
  default:
    return {errc::unavailable, "the server ended TLS (" + text + "): try again"};
  }
}

} // namespace

error certificate_error(long result, const tls_expectation& wanted) {
  return {errc::unauthorized, "the server's certificate was not accepted ("
                                  + std::string{X509_verify_cert_error_string(result)}
                                  + "): " + advice_for(result, wanted)};
}

std::optional<error> tls_error(unsigned long code) {
  const auto reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) != ERR_LIB_SSL || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return std::nullopt;
  const auto* known = ERR_reason_error_string(code);
  const std::string text = known != nullptr ? known : "reason " + std::to_string(reason);
  if (reason > SSL_AD_REASON_OFFSET)
    return alert_error(reason - SSL_AD_REASON_OFFSET, name_of_alert(text));
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_BAD_PROTOCOL_VERSION_NUMBER)
    return error{errc::unavailable,
                 "what answers there does not speak TLS (" + text + "): check the endpoint"};
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL)
    return alert_error(SSL_AD_PROTOCOL_VERSION, text);
  return error{errc::unavailable,
               "TLS with the server failed (" + text + "): check the endpoint, and try again"};
}

} // namespace cluster_store::door
