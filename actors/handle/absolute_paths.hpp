#pragma once

#include <cluster_store/actors/options.hpp>

namespace cluster_store::actors {

/// @returns `how` with every path in it absolute: of stores, sockets, secrets and certificates. They are read
/// again later (an engine that is restarted, a link that reconnects, certificates that are renewed), when the
/// process may have another current directory.
/// @errors as of `absolute_path`, naming the option.
result<server_options> with_absolute_paths(server_options how);
result<options> with_absolute_paths(options how);

} // namespace cluster_store::actors
