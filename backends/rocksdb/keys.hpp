#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/backends/backend.hpp>
#include <cluster_store/backends/coding/codec.hpp>

/// How the rows of the RocksDB engine are named (docs/storage.md). Keys are compared as bytes, so numbers in
/// them are big-endian. Pure.
namespace cluster_store::backends::keys {

inline constexpr std::size_t number_bytes = 8;

inline void append_number(std::uint64_t number, std::string& out) {
  writer{out}.fixed(__builtin_bswap64(number));
}

/// @pre `bytes.size() >= number_bytes`
inline std::uint64_t number_at(std::string_view bytes) noexcept {
  return __builtin_bswap64(reader{bytes}.fixed<std::uint64_t>());
}

/// Times before 1970 sort first: the sign is turned around.
inline constexpr std::uint64_t sign = std::uint64_t{1} << 63;

/// Overwrites `out` with the key of a row of the expiry index.
inline void set_expiry(wall_time due_at, std::string_view id, std::string& out) {
  out.clear();
  append_number(static_cast<std::uint64_t>(due_at.time_since_epoch().count()) ^ sign, out);
  out.append(id);
}

/// @returns the row that `key` names, or nothing if it is no key of the expiry index.
inline std::optional<expiry_row> expiry_row_of(std::string_view key) {
  if (key.size() <= number_bytes)
    return std::nullopt;
  const auto due_at = std::chrono::milliseconds{static_cast<std::int64_t>(number_at(key) ^ sign)};
  return expiry_row{wall_time{due_at}, std::string{key.substr(number_bytes)}};
}

/// Overwrites `out` with the key of a client row.
inline void set_client(const client_id& client, std::uint64_t number, std::string& out) {
  out.assign(reinterpret_cast<const char*>(client.bytes.data()), client.bytes.size());
  append_number(number, out);
}

/// @returns the row that `key` names, or nothing if it is no key of a client row.
inline std::optional<client_row> client_row_of(std::string_view key, std::string_view value) {
  client_row made;
  if (key.size() != made.client.bytes.size() + number_bytes)
    return std::nullopt;
  std::memcpy(made.client.bytes.data(), key.data(), made.client.bytes.size());
  made.number = number_at(key.substr(made.client.bytes.size()));
  made.value = value;
  return made;
}

/// @returns the first key behind all that start with `prefix`; empty if there is none.
inline std::string behind_prefix(std::string_view prefix) {
  std::string made{prefix};
  while (!made.empty() && made.back() == static_cast<char>(0xFF))
    made.pop_back();
  if (!made.empty())
    ++made.back();
  return made;
}

} // namespace cluster_store::backends::keys
