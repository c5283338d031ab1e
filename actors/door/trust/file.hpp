#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <cluster_store/backends/result.hpp>

/// Small files that a process is configured with: secrets, keys, certificates.
namespace cluster_store::door {

/// @returns why the last call of the system failed.
std::string reason();

/// Bytes that are wiped when they go.
struct wiped_string {
  std::string bytes;

  explicit wiped_string(std::string from = {}) : bytes(std::move(from)) {}
  wiped_string(wiped_string&&) noexcept = default;
  wiped_string& operator=(wiped_string&&) = delete;
  ~wiped_string();
};

/// What a file must be like, and how messages speak of it.
struct file_rules {
  std::string_view name;       ///< As in "the <name> PATH".
  std::string_view if_missing; ///< What to do if there is none.
  std::size_t bytes_max = 0;
  bool for_owner_only = false;   ///< Refused if others may read, write or execute it.
  std::string_view if_open = {}; ///< What to do if others may.
};

/// Reads a file whole. Blocks for the disk.
/// @errors `invalid_argument` with what to do: there is none, it cannot be read, is not a file, is too long,
/// or
///   others may use it.
result<wiped_string> read_file(const std::string& path, const file_rules& rules);

} // namespace cluster_store::door
