#pragma once

#include <string>
#include <vector>

#include <cluster_store/tests/support/certificates.hpp>
#include <cluster_store/tests/support/sandbox.hpp>

namespace cluster_store::tests {

/// A CA, and its files in a sandbox.
class tls_files {
public:
  explicit tls_files(const sandbox& where) : where_(where) {
    where_.write_file("ca.pem", authority_.certificate());
  }

  const test_authority& authority() const noexcept { return authority_; }

  /// Arguments with which a command connects by TLS.
  std::vector<std::string> to_connect() const { return {"--tls-ca", where_.path("ca.pem")}; }

  /// The same with a certificate of its own.
  std::vector<std::string> to_connect_as(const certified& who) const {
    auto arguments = to_connect();
    const auto shown = to_show("client", who);
    arguments.insert(arguments.end(), shown.begin(), shown.end());
    return arguments;
  }

  /// Arguments with which a master serves by TLS; also replaces its files.
  std::vector<std::string> to_serve(const certificate_wish& wish = {}) const {
    return to_show("server", authority_.issue(wish));
  }

  std::vector<std::string> to_show(const std::string& name, const certified& who) const {
    return {"--tls-cert", where_.write_file(name + ".pem", who.certificate), "--tls-key",
            where_.write_file(name + ".key", who.key)};
  }

private:
  const sandbox& where_;
  test_authority authority_;
};

} // namespace cluster_store::tests
