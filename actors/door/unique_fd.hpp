#pragma once

#include <cluster_store/backends/forked.hpp>

namespace cluster_store::door {

/// Owns a file descriptor. None of the door's lives on in a forked child: it would keep a connection open, or
/// a socket listening, after this process has ended.
using unique_fd = unshared_descriptor;

} // namespace cluster_store::door
