#pragma once

#include <optional>
#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Reads a session.
template <class Text>
struct get_of {
  static constexpr description is{.tag = 1, .name = "get", .capability = 1u << 0};
  using reply = std::optional<session>; ///< Nothing if there is none.

  Text id{};

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::id, self.id);
  }

  friend bool operator==(const get_of&, const get_of&) = default;
};

/// @errors `corrupt` if its record cannot be read.
result<std::optional<session_view>> perform(const get_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
