#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cluster_store/actors/operations/description.hpp>

/// The types of fields, and what operations hold of texts. Pure.
namespace cluster_store::operations {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

/// @returns the bytes of texts that an operation holds.
template <class Operation>
std::size_t text_bytes(const Operation& what) {
  std::size_t bytes = 0;
  Operation::visit(what, [&bytes]<class T>(const field&, const T& value) {
    if constexpr (is_list<T>)
      for (const auto& each : value)
        bytes += each.size();
    else if constexpr (std::is_convertible_v<T, std::string_view>)
      bytes += value.size();
  });
  return bytes;
}

} // namespace cluster_store::operations
