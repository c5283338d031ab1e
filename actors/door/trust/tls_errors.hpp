#pragma once

#include <optional>
#include <string>

#include <cluster_store/backends/result.hpp>

/// What OpenSSL says about a failed connection, in words a person can act on. Pure.
namespace cluster_store::door {

/// What a client is to be told of, if it is to name names.
struct tls_expectation {
  std::string server_name;    ///< Name or address that the certificate must hold.
  std::string authority_file; ///< That must have signed it.
};

/// @param result of `SSL_get_verify_result`, not `X509_V_OK`.
/// @returns why the client does not accept the server's certificate; `unauthorized`.
error certificate_error(long result, const tls_expectation& wanted);

/// @param code the first of OpenSSL's error queue.
/// @returns what a client reports that failed for it; nothing if it says no more than that the connection is
///   gone.
std::optional<error> tls_error(unsigned long code);

} // namespace cluster_store::door
