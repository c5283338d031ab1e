#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/backends/system/store_directory.hpp>

namespace cluster_store::backends {

/// What was found in a directory that a store may be in or come into.
struct found_files {
  bool has_database = false;  ///< Else it is empty, or a process died before it had made one.
  bool has_inventory = false; ///< A store was begun there by a program that writes one.
  std::vector<std::string>
      files; ///< RocksDB's, which it may use, change and delete, and our own beside them.
};

/// Looks into the directory of a store, without changing anything: all that is there under a name of
/// RocksDB's has to be of this store, by the inventory or (in a store of an older program, which has none) by
/// its content, and what has to be there is.
/// @errors `unavailable` if an older program has it open; `invalid_argument` for other things in it;
///   `corrupt` if a part of the store is missing; `io_error` if it cannot be read or written.
result<found_files> look_into(const store_directory& where);

/// @returns the error of a store that is damaged in this way.
tl::unexpected<error> damaged(const std::string& path, std::string_view how);

/// RocksDB's own lock, which older programs and other ones know.
inline constexpr std::string_view lock_name = "LOCK";

} // namespace cluster_store::backends
