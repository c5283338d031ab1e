#pragma once

#include <memory>

#include <cluster_store/actors/door/streams/byte_stream.hpp>
#include <cluster_store/actors/door/trust/tls_context.hpp>
#include <cluster_store/actors/door/trust/tls_errors.hpp>

struct ssl_st; // SSL of OpenSSL

namespace cluster_store::door {

/// First byte of every TLS connection: the type of a handshake record (RFC 8446, 5.1).
inline constexpr char tls_first_byte = 0x16;

/// The bytes inside TLS over a socket.
///
/// Threads: one at a time. OpenSSL writes to sockets so that a connection which was closed raises SIGPIPE,
/// whose default is to end the process: it must be blocked on them (`signal_shield`).
class tls_stream final : public byte_stream {
public:
  /// The accepting side.
  static std::unique_ptr<byte_stream> accept(const tls_context& how, unshared_descriptor socket);

  /// The connecting side. @param server_name the name or IP address that the server's certificate must hold.
  static std::unique_ptr<byte_stream> connect(const tls_context& how, unshared_descriptor socket,
                                              const std::string& server_name);

  step start() override;
  step read(std::span<char> into) override;
  step write(std::string_view from) override;
  void finish() override;
  std::optional<error> complaint() const override { return complaint_; }
  unshared_descriptor detach() override { return {}; }

private:
  tls_stream(const tls_context& how, unshared_descriptor socket);

  template <class Call>
  step attempt(Call what);
  step judge(int returned);
  void hear(std::string_view bytes);
  std::optional<error> plain_answer() const;
  void explain();

  tls_context context_;
  std::shared_ptr<ssl_st> session_;
  std::optional<tls_expectation> wanted_; ///< Of the client's side.
  std::string heard_;                     ///< What the server said first, as many bytes as a refusal has.
  std::optional<error> complaint_;
  bool failed_ = false;
};

} // namespace cluster_store::door
