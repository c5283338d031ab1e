#pragma once

#include <optional>
#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Changes only the expiry of a session; none = the ttl it was last given. Never creates one.
template <class Text>
struct touch_of {
  static constexpr description is{
      .tag = 3, .name = "touch", .answers = "touched", .capability = 1u << 2, .changes = true};
  using reply = bool; ///< Whether there is such a session.

  Text id{};
  std::optional<time_to_live> ttl{};

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::id, self.id);
    each(fields::ttl, self.ttl);
  }

  friend bool operator==(const touch_of&, const touch_of&) = default;
};

/// @errors `corrupt` if its record cannot be read.
result<bool> perform(const touch_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
