#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// Reads a length of time as people write it: `30m`, `500ms`, `1h30m`. Pure.
///
/// Units: `d`, `h`, `m`, `s`, `ms`, each at most once, the larger first. A number without a unit is refused:
/// confusing seconds with milliseconds is the classic mistake with the life of sessions.
/// @param text whole numbers, as of `parse_whole_number`, with units, for example `90s`; at most 100 years.
/// @errors `invalid_argument` saying what is wrong and how to write it.
result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// @returns `time` as `parse_duration` reads it, for example `1h30m`; `0s` for zero, with a minus in front of
///   negative times.
std::string duration_text(std::chrono::milliseconds time);

} // namespace cluster_store::apps
