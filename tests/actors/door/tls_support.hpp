#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <cluster_store/actors/door/streams/tls_stream.hpp>
#include <cluster_store/actors/door/trust/tls_context.hpp>
#include <cluster_store/tests/actors/door/door_support.hpp>
#include <cluster_store/tests/support/certificates.hpp>
#include <cluster_store/tests/support/temporary_directory.hpp>

namespace cluster_store::tests {

/// A CA and the files of TLS of one test.
class tls_place {
public:
  const test_authority& authority() const noexcept { return authority_; }

  /// Writes a file, with mode 0600. @returns its path.
  std::string write(const std::string& name, const std::string& text) const;

  /// Files of a master, of this place's CA or another.
  tls_options server(const certificate_wish& wish = {}) const { return server(authority_.issue(wish)); }
  tls_options server(const certified& what) const;

  /// Files of a worker that trusts this place's CA.
  tls_options client() const;
  tls_options client(const certified& what) const;

private:
  temporary_directory directory_;
  test_authority authority_;
};

/// @returns the context of `files`, as if it was read at `time` from now.
door::tls_context loaded(const tls_options& files, door::tls_side side, std::chrono::seconds time = 0s);

/// Options of a master with a secret and TLS, and of a worker.
door::listen_options with_tls(const tls_options& files, std::chrono::seconds time = 0s);
door::connect_options through_tls(const tls_options& files);

/// One end of a TLS connection without an actor system behind it.
class tls_peer {
public:
  explicit tls_peer(std::unique_ptr<door::byte_stream> stream);

  /// Connects to a door.
  tls_peer(const endpoint& where, const door::tls_context& how);

  door::byte_stream& stream() noexcept { return *stream_; }

  /// @returns how the handshake ended; `wants_read` or `wants_write` after `limit`.
  door::progress shake_hands(std::chrono::milliseconds limit = patience);

  /// Sends all. @returns `done`, or why not.
  door::progress send(std::string_view bytes, std::chrono::milliseconds limit = patience);

  /// @returns `count` bytes, or fewer if no more come; then `end` says why.
  std::string receive(std::size_t count, std::chrono::milliseconds limit = patience);
  door::progress end() const noexcept { return end_; }

  /// Shakes hands and runs the whole preamble with the secret of all tests. @returns the pass.
  result<wire::token> introduce(const door::identity& who);

private:
  template <class Try>
  door::step repeat(deadline until, Try attempt);

  std::unique_ptr<door::byte_stream> stream_;
  door::progress end_ = door::progress::done;
};

/// @returns the bytes with which a TLS client begins.
std::string client_hello(const door::tls_context& how);

} // namespace cluster_store::tests
