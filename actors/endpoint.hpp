#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <cluster_store/backends/result.hpp>

namespace cluster_store {

/// Where a master listens and a worker connects: `unix:PATH` or `HOST:PORT`.
struct endpoint {
  enum class kind : std::uint8_t { unix_socket, tcp };

  kind what = kind::unix_socket;
  std::string path;       ///< Of the Unix socket.
  std::string host;       ///< Of TCP: a name or an address; an IPv6 address without its brackets.
  std::uint16_t port = 0; ///< Of TCP: 1–65535 to connect; 0 lets the system choose when listening.

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// What happened to an endpoint while it was served. Only Unix sockets have such a fate: their files can be
/// removed.
struct endpoint_event {
  enum class kind : std::uint8_t {
    mended,   ///< Files of it had been removed, and it is served again.
    troubled, ///< So they had, and it cannot be served now; that is tried again every second.
    lost      ///< So they had, and another process serves it now: this one does not any more.
  };

  endpoint where;
  kind what = kind::mended;
  std::string message; ///< For people.
};

/// Reads `unix:PATH`, `HOST:PORT` or `[IPV6]:PORT`. Pure.
/// @errors `invalid_argument` naming the text and the expected form (also for a path too long for a Unix
/// socket).
result<endpoint> parse_endpoint(std::string_view text);

/// @returns the text that `parse_endpoint` reads back.
std::string to_string(const endpoint& where);

/// @returns whether only this machine can reach `where`: a Unix socket, 127.0.0.0/8, ::1 or `localhost`.
bool is_loopback(const endpoint& where);

/// @returns the user's own endpoint: `unix:$XDG_RUNTIME_DIR/cluster-store.sock`, or below /tmp in a directory
/// of the
///   user's uid if there is no runtime directory.
endpoint default_endpoint();

} // namespace cluster_store
