#pragma once

#include <cluster_store/actors/door/trust/auth.hpp>
#include <cluster_store/actors/options.hpp>

namespace cluster_store::actors {

/// @returns the secrets of a master, as far as they are needed: on TCP, and to keep admins apart. Blocks for
///   the disk; the user's own default file is made if it is missing.
/// @errors `unauthorized` if one cannot be used, `io_error`, `invalid_argument` if both are the same.
result<door::secrets> secrets_for(const server_options& how);

} // namespace cluster_store::actors
