#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cluster_store/backends/clock.hpp>
#include <cluster_store/backends/session.hpp>

namespace cluster_store::backends {

/// A session as engines see it: a view whose text members are owned by somebody else (the engine that was
/// read, or the message that is being written).
struct record {
  version_number version = 0;                   ///< Of the last write.
  version_number born = 0;                      ///< Of the write that created the session.
  wall_time created_at{};                       ///< When it was created.
  std::optional<wall_time> expires_at;          ///< Gone when `expires_at <= now`; none = never.
  std::optional<time_to_live> ttl;              ///< What the last set or touch asked for.
  std::optional<wall_time> absolute_expires_at; ///< Limit no touch moves; none = no limit.
  std::string_view user;                        ///< Owner for "all sessions of a user"; may be empty.
  std::uint8_t codec = 0;                       ///< How `data` is coded; 0 = as the caller gave it.
  std::string_view data;                        ///< Opaque bytes.
  std::string_view extensions;                  ///< Fields of newer writers, kept as they are.

  friend bool operator==(const record&, const record&) = default;
};

/// Appends `content` to `out` as record v1 (docs/storage.md): little-endian, self-describing, with a checksum
/// over everything before it. Pure; never fails.
/// @post `decode_record` of the appended bytes gives `content` again.
void encode_record(const record& content, std::string& out);

/// Reads record v1.
/// @returns a view into `bytes`, valid as long as they are.
/// @errors `corrupt` if the bytes are truncated, the checksum does not match or a field is impossible;
///   `unsupported` if the record was written by a newer format version. Nothing else, for any bytes.
result<record> decode_record(std::string_view bytes);

} // namespace cluster_store::backends
