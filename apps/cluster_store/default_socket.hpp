#pragma once

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace cluster_store::apps {

/// Explains why nobody may listen on the user's socket: it is in `XDG_RUNTIME_DIR`, which services, `sudo`
/// and containers often do not have, or have another one. Pure.
/// @param tried the path of the socket.
/// @param runtime_directory value of `XDG_RUNTIME_DIR`.
/// @param is_own_socket says whether there is a socket of this user at a path.
/// @returns where the path comes from, and what to give `--connect`.
std::string default_socket_hint(const std::string& tried, const std::optional<std::string>& runtime_directory,
                                uid_t user, const std::function<bool(const std::string&)>& is_own_socket);

/// @returns whether there is a socket of this user at `path`.
bool is_own_socket(const std::string& path);

} // namespace cluster_store::apps
