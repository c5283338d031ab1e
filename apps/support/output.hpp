#pragma once

#include <string_view>

namespace cluster_store::apps {

/// Writes all of `text` to the file descriptor `to`, also if that is in non-blocking mode. Blocks.
/// @returns 0 or the number of the system's error (`errno`); EPIPE if nobody reads any more.
/// @pre SIGPIPE is ignored.
int write_all(int to, std::string_view text);

/// @returns whether the file descriptor `to` is open for writing.
bool is_writable(int to);

} // namespace cluster_store::apps
