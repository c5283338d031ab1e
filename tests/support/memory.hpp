#pragma once

#include <cstddef>

namespace cluster_store::tests {

inline constexpr std::size_t mebibyte = 1024 * 1024;

/// How much more memory than usual a process may take where a sanitizer keeps books on it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t memory_factor = 10;
#else
inline constexpr std::size_t memory_factor = 1;
#endif

/// Freed memory that a sanitizer holds back for a while, at most (its default).
#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::size_t quarantine_bytes = 256 * mebibyte;
#else
inline constexpr std::size_t quarantine_bytes = 0;
#endif

} // namespace cluster_store::tests
