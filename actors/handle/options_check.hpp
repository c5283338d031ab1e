#pragma once

#include <string_view>

#include <cluster_store/actors/options.hpp>

namespace cluster_store::actors {

/// @errors `invalid_argument` if `name` is not 1–64 bytes of letters, digits, `.`, `_`, `-`.
result<void> check_store_name(std::string_view name);

/// Checks what a handle uses of its options.
/// @errors `invalid_argument` naming the option, its value and its range.
result<void> check_options(const options& how);

} // namespace cluster_store::actors
