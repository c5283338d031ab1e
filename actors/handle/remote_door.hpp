#pragma once

#include <memory>
#include <string>

#include <cluster_store/actors/door/door.hpp>

namespace cluster_store::actors {

/// @returns how to connect to `where`: on TCP with the secret of `secret_file`, or of the user's default file
///   if that is empty, and with TLS if `tls` turns it on. Blocks for the disk.
/// @errors those of `door::load_secret` and `door::tls_context::load`.
result<door::connect_options> connect_options_for(const endpoint& where, const std::string& secret_file,
                                                  const tls_options& tls, door::role wanted);

} // namespace cluster_store::actors
