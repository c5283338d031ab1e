#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/types.h>

namespace cluster_store::apps {

/// What a process has used so far. Source: proc(5), /proc/PID/stat and /proc/PID/status.
struct process_usage {
  std::chrono::milliseconds processor_time{}; ///< In user mode and in the system; in steps of 10 ms.
  std::uint64_t resident_bytes = 0;           ///< Memory now (VmRSS).
  std::uint64_t resident_bytes_max = 0;       ///< Most memory so far (VmHWM).
};

/// Reads utime + stime from the text of /proc/PID/stat. Pure.
/// @param ticks_per_second of the system's clock (`sysconf(_SC_CLK_TCK)`), at least 1.
/// @returns nothing if the text is no such text.
std::optional<std::chrono::milliseconds> processor_time_in(std::string_view stat, long ticks_per_second);

/// Reads a line `KEY:   N kB` from the text of /proc/PID/status. Pure.
/// @returns bytes; nothing if there is no such line.
std::optional<std::uint64_t> bytes_in(std::string_view status, std::string_view key);

/// @returns what the process `id` has used; nothing if it cannot be read.
std::optional<process_usage> usage_of(pid_t id);

/// @returns bytes that a process took for each of `keys` sessions that it was given between two readings.
inline double memory_per_session(const process_usage& before, const process_usage& after,
                                 std::uint32_t keys) {
  return (static_cast<double>(after.resident_bytes) - static_cast<double>(before.resident_bytes)) / keys;
}

} // namespace cluster_store::apps
