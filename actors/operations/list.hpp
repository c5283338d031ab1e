#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include <cluster_store/actors/operation_names.hpp>
#include <cluster_store/actors/operations/all.hpp>
#include <cluster_store/actors/operations/clear.hpp>
#include <cluster_store/actors/operations/destroy.hpp>
#include <cluster_store/actors/operations/get.hpp>
#include <cluster_store/actors/operations/length.hpp>
#include <cluster_store/actors/operations/mdestroy.hpp>
#include <cluster_store/actors/operations/mget.hpp>
#include <cluster_store/actors/operations/regenerate.hpp>
#include <cluster_store/actors/operations/set.hpp>
#include <cluster_store/actors/operations/touch.hpp>

namespace cluster_store::operations {

namespace detail {

template <class None, class... Operations>
struct list_without_first {
  using tuple = std::tuple<Operations...>;
  using variant = std::variant<Operations...>;
};

template <class Text>
struct list_of {
#define CLUSTER_STORE_TYPE(name) , name##_of<Text>
  using all = list_without_first<void CLUSTER_STORE_OPERATIONS(CLUSTER_STORE_TYPE)>;
#undef CLUSTER_STORE_TYPE
};

template <class... Operations>
constexpr std::array<description, sizeof...(Operations)> descriptions_in(const std::variant<Operations...>*) {
  return {Operations::is...};
}

} // namespace detail

/// Every operation, with text of one kind: views into what was received, or strings of its own.
template <class Text>
using all_operations = typename detail::list_of<Text>::all::tuple;

/// Any operation.
template <class Text>
using any_of = typename detail::list_of<Text>::all::variant;

/// Their descriptions, in the order of the list.
inline constexpr auto descriptions =
    detail::descriptions_in(static_cast<const any_of<std::string_view>*>(nullptr));

/// @returns what is known of the operation that `what` is.
template <class... Operations>
constexpr const description& description_of(const std::variant<Operations...>& what) noexcept {
  return descriptions[what.index()];
}

/// @returns whether an operation with this tag may change the store; no, if there is none.
constexpr bool changes(std::uint8_t tag) noexcept {
  constexpr auto known = [] {
    std::array<bool, 256> out{};
    for (const auto& each : descriptions)
      out[each.tag] = each.changes;
    return out;
  }();
  return known[tag];
}

/// Calls `each.template operator()<Operation>()` for every operation, in the order of the list.
template <class Text, class Each>
constexpr void for_each(Each&& each) {
  [&]<class... Operations>(const std::tuple<Operations...>*) {
    (each.template operator()<Operations>(), ...);
  }(static_cast<const all_operations<Text>*>(nullptr));
}

/// The bits of all capabilities that there are.
inline constexpr std::uint32_t all_capabilities = [] {
  std::uint32_t bits = 0;
  for (const auto& each : descriptions)
    bits |= each.capability;
  return bits;
}();

} // namespace cluster_store::operations
