#pragma once

#include <optional>
#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Moves a session to a new id in one commit (after a login).
template <class Text>
struct regenerate_of {
  static constexpr description is{.tag = 8, .name = "regenerate", .capability = 1u << 7, .changes = true};
  using reply = std::optional<version_number>; ///< Its new version, nothing if there is no session.

  Text id{};
  Text new_id{};

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::id, self.id);
    each(fields::new_id, self.new_id);
  }

  friend bool operator==(const regenerate_of&, const regenerate_of&) = default;
};

/// @errors `conflict` if the new id is taken; `corrupt` if one of the records cannot be read.
result<std::optional<version_number>> perform(const regenerate_of<std::string_view>& what,
                                              actors::store_view& in);

} // namespace cluster_store::operations
