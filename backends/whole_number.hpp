#pragma once

#include <cstdint>
#include <string_view>

#include <cluster_store/backends/result.hpp>

namespace cluster_store {

/// Reads a whole number that a person or a program wrote: decimal digits and nothing else (no sign, blank,
/// leading zero, `0x` or exponent). What options, variables, files, URIs and endpoints take as a number is
/// read here. Pure.
/// @errors `invalid_argument` naming the text and what it may be: no such number, or not from `least` to
/// `most`.
result<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t least = 0,
                                         std::uint64_t most = UINT64_MAX);

} // namespace cluster_store
