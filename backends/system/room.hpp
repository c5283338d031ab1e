#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <cluster_store/backends/result.hpp>

namespace cluster_store {

/// What is taken of the system by something that does not survive it if there is not enough: threads and
/// descriptors that libraries start and open in constructors or in the background, where a failure ends the
/// process.
struct room {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t memory_bytes = 0; ///< Of address space, beside what the threads take.
};

/// Finds out whether there is `wanted` in this process now, by taking all of it at once and giving it back.
/// Others may take it before the caller does, so ask for some more.
///
/// Threads: any. Blocks for the start of the threads, some 20 µs each.
/// @param what names in the message what is to be started.
/// @errors `io_error`, saying what is missing and how to get more.
result<void> check_room(const room& wanted, std::string_view what);

/// @returns the most bytes a file of this process may have (`RLIMIT_FSIZE`).
std::uint64_t file_bytes_max() noexcept;

} // namespace cluster_store
