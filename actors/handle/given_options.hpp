#pragma once

#include <cluster_store/actors/options.hpp>

namespace cluster_store::actors {

/// Checks what a handle uses of its options, the name of its store as well: 1–64 bytes of letters, digits,
/// `.`, `_`, `-`.
/// @errors `invalid_argument` naming the option, its value and its range.
result<void> check_options(const options& how);

/// Checks what a master is told, before anything is opened.
/// @errors `invalid_argument` naming the store, the option, its value and its range.
result<void> check_options(const server_options& how);

/// @returns `how` with every path in it absolute: of stores, sockets, secrets and certificates. They are read
/// again later (an engine that is restarted, a link that reconnects, certificates that are renewed), when the
/// process may have another current directory.
/// @errors as of `absolute_path`, naming the option.
result<server_options> with_absolute_paths(server_options how);
result<options> with_absolute_paths(options how);

} // namespace cluster_store::actors
