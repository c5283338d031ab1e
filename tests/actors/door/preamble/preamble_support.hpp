#pragma once

#include <string>
#include <string_view>

#include <cluster_store/actors/door/preamble/preamble.hpp>

namespace cluster_store::tests {

inline constexpr std::string_view right_key = "a secret of sufficient length";
inline constexpr std::string_view other_key = "another secret of that length";

inline door::challenge_nonce nonce_of(std::uint8_t fill) {
  door::challenge_nonce nonce;
  nonce.fill(fill);
  return nonce;
}

inline door::identity some_identity(std::string node, std::uint8_t instance) {
  door::identity who;
  who.node = std::move(node);
  who.instance.fill(instance);
  return who;
}

inline door::identity client_identity() {
  return some_identity("0123456789ABCDEF#11", 1);
}

inline door::identity server_identity() {
  return some_identity("0123456789ABCDEF#22", 2);
}

inline constexpr wire::token some_pass{9, 8, 7, 6, 5, 4, 3, 2, 1, 9, 8, 7, 6, 5, 4, 3};

/// Both sides of one preamble and all that they said.
struct conversation {
  door::client_preamble client{client_identity(), door::role::worker, door::proof_kind::secret, right_key,
                               nonce_of(3)};
  door::server_preamble server{
      server_identity(), door::proof_kind::secret, {right_key, right_key}, nonce_of(4)};
  std::string from_client;
  std::string from_server;

  /// Feeds `bytes` in portions of at most `portion`, never more than is wanted.
  /// @returns what the server answers.
  std::string to_server(std::string_view bytes, std::size_t portion = 1000) {
    std::string answer;
    from_client += bytes;
    while (!bytes.empty() && server.wanted() > 0) {
      const auto some = bytes.substr(0, std::min(portion, server.wanted()));
      answer += server.feed(some);
      bytes.remove_prefix(some.size());
    }
    return answer;
  }

  void to_client(std::string_view bytes, std::size_t portion = 1000) {
    from_server += bytes;
    while (!bytes.empty() && client.wanted() > 0) {
      const auto some = bytes.substr(0, std::min(portion, client.wanted()));
      client.feed(some);
      bytes.remove_prefix(some.size());
    }
  }

  /// Runs to the end as far as both sides agree.
  void run(std::size_t portion = 1000) {
    to_client(to_server(client.hello(), portion), portion);
    if (client.at() != door::client_preamble::stage::challenged)
      return;
    auto answer = to_server(client.prove(), portion);
    if (server.at() == door::server_preamble::stage::proved)
      answer += server.admit(some_pass);
    to_client(answer, portion);
  }

  bool admitted() const {
    return client.at() == door::client_preamble::stage::admitted
           && server.at() == door::server_preamble::stage::admitted;
  }
};

} // namespace cluster_store::tests
