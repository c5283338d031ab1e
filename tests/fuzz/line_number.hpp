#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cluster_store::fuzz {

/// The `seq` by which a line of `pipe` may be answered: what stands there once, as digits, in an object that
/// was valid up to the comma or brace behind it. Slow and simple: it asks another parser about each start of
/// the line that could end there.
/// @pre no escape of a surrogate in `line`, which that parser takes for the end.
std::optional<std::uint64_t> line_number(std::string_view line);

} // namespace cluster_store::fuzz
