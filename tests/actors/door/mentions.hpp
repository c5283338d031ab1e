#pragma once

#include <string_view>

namespace cluster_store::tests {

/// @returns whether a message says `part`.
inline bool mentions(std::string_view message, std::string_view part) {
  return message.find(part) != std::string_view::npos;
}

} // namespace cluster_store::tests
