#pragma once

#include <cluster_store/backends/backend.hpp>

namespace cluster_store::backends {

/// The most any engine stores, whatever the limits of a store: what session_limits may be set to at most.
/// Engines size their fields and key ranges by it.
inline constexpr session_limits engine_limits{.id_bytes_max = 512, .data_bytes_max = 16u * 1024 * 1024};

/// Checks one write before an engine applies it. Pure.
/// @errors `invalid_argument` for an empty id, `too_large` if the id or a field of the record exceeds
///   `engine_limits`.
inline result<void> check_write(const write& change) {
  if (auto good = check_id(change.id, engine_limits); !good)
    return good;
  if (change.what == write::kind::erase)
    return {};
  const auto bytes_max = engine_limits.data_bytes_max;
  if (change.content.user.size() > bytes_max || change.content.extensions.size() > bytes_max)
    return fail(errc::too_large, "a field of the session's record has more than " + std::to_string(bytes_max)
                                     + " bytes, which is all an engine stores");
  return check_data(change.content.data, engine_limits);
}

/// @returns whether a write with this condition is applied where the session that is stored, if there is one,
/// has this version. Pure.
inline bool holds(const precondition& when, std::optional<version_number> stored) noexcept {
  if (when.what == precondition::kind::absent)
    return !stored;
  return when.what == precondition::kind::none || stored == when.version;
}

} // namespace cluster_store::backends
