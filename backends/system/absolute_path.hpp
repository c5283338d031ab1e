#pragma once

#include <string>

#include <cluster_store/backends/result.hpp>

namespace cluster_store {

/// Says `path` from the root, so that it means the same file after the process has changed its directory.
/// Every path that is kept goes through here when it is given. What is in it (`..`, symbolic links) stays.
///
/// @returns `path` if it begins with '/' or is empty, else the current directory and `path`.
/// @errors `io_error` if the current directory cannot be told (it was removed).
result<std::string> absolute_path(const std::string& path);

} // namespace cluster_store
