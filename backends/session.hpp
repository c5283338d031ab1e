#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/result.hpp>

namespace cluster_store {

/// Number of a write within one store; rises with every write and never repeats. 0 is never given out.
using version_number = std::uint64_t;

/// How long a session lives from now. Positive; at most `ttl_max`.
using time_to_live = std::chrono::milliseconds;

/// Longest time to live: 100 years, so that no sum of a time and a ttl overflows.
inline constexpr time_to_live ttl_max = std::chrono::hours{24} * 36'525;

/// What a caller reads.
struct session {
  std::string data;                ///< Opaque bytes.
  version_number version = 0;      ///< Version of the last write of this session.
  std::optional<time_to_live> ttl; ///< What is left of its life when it was read; none = never expires.

  friend bool operator==(const session&, const session&) = default;
};

/// The same where its data are kept by somebody else.
struct session_view {
  std::string_view data;
  version_number version = 0;
  std::optional<time_to_live> ttl;
};

/// What a store accepts. Sent to clients in the welcome, checked by both sides.
struct session_limits {
  std::size_t id_bytes_max = 512;           ///< 1–512, default 512.
  std::size_t data_bytes_max = 1024 * 1024; ///< 1 KiB–16 MiB, default 1 MiB.

  friend bool operator==(const session_limits&, const session_limits&) = default;
};

/// Checks an id against `limits`.
/// @errors `invalid_argument` if it is empty, `too_large` beyond `id_bytes_max`. The message never shows the
/// id.
result<void> check_id(std::string_view id, const session_limits& limits);

/// Checks data against `limits`.
/// @errors `too_large` beyond `data_bytes_max`.
result<void> check_data(std::string_view data, const session_limits& limits);

/// Checks a time to live. Zero and negative values are allowed, however far below zero: a past expiry
/// destroys.
/// @errors `invalid_argument` beyond `ttl_max`.
result<void> check_ttl(time_to_live ttl);

/// @returns when a life of `ttl` from `now` ends. Any ttl has such a moment: beyond `ttl_max` in either
/// direction it is the one of `ttl_max`.
wall_time end_of_life(wall_time now, time_to_live ttl);

} // namespace cluster_store
