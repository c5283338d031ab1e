#pragma once

#include <cluster_store/backends/rocksdb/database.hpp>
#include <cluster_store/backends/rocksdb/directory/look.hpp>

namespace cluster_store::backends {

/// What the row `format_key` holds.
inline constexpr std::string_view format_number = "1";

/// Reads whether the database in the directory of `where` is a store of ours, all of which is there. Writes
/// nothing.
/// @errors `invalid_argument` for the database of another program; `unsupported` for a newer format;
///   `corrupt` for what is damaged or missing; `io_error`.
result<void> check_database(database& where, const found_files& found);

} // namespace cluster_store::backends
