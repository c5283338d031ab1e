#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cluster_store/actors/operations/list.hpp>

/// What a store refuses of an operation by its fields alone; both sides check it. Pure.
namespace cluster_store::operations {

inline result<void> check_field(const field& which, std::string_view text, const session_limits& limits) {
  if (which.what == field::kind::id)
    return check_id(text, limits);
  return which.what == field::kind::data ? check_data(text, limits) : result<void>{};
}

template <class Text>
result<void> check_field(const field& which, const std::vector<Text>& ids, const session_limits& limits) {
  if (ids.empty() || ids.size() > ids_max)
    return fail(errc::invalid_argument, "'" + std::string{which.name} + "' holds "
                                            + std::to_string(ids.size()) + " session ids; it must be 1–"
                                            + std::to_string(ids_max));
  for (const auto& each : ids)
    if (auto good = check_id(each, limits); !good)
      return good;
  return {};
}

inline result<void> check_field(const field&, const std::optional<time_to_live>& ttl, const session_limits&) {
  return ttl ? check_ttl(*ttl) : result<void>{};
}

inline result<void> check_field(const field&, const std::optional<version_number>&, const session_limits&) {
  return {};
}

inline result<void> check_field(const field& which, std::uint32_t rows, const session_limits&) {
  if (rows >= 1 && rows <= page_rows_max)
    return {};
  return fail(errc::invalid_argument, "'" + std::string{which.name} + "', the rows of a page, is "
                                          + std::to_string(rows) + "; it must be 1–"
                                          + std::to_string(page_rows_max));
}

/// @errors `invalid_argument` and `too_large`, of the first field that is not good.
template <class Operation>
result<void> check(const Operation& what, const session_limits& limits) {
  result<void> outcome;
  if constexpr (requires { what.check(); })
    outcome = what.check();
  Operation::visit(what, [&](const field& which, const auto& value) {
    if (outcome)
      outcome = check_field(which, value, limits);
  });
  return outcome;
}

} // namespace cluster_store::operations
