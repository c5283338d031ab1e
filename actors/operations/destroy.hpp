#pragma once

#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Removes a session, also one whose record cannot be read.
template <class Text>
struct destroy_of {
  static constexpr description is{
      .tag = 4, .name = "destroy", .answers = "destroyed", .capability = 1u << 3, .changes = true};
  using reply = bool; ///< Whether there was one.

  Text id{};

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::id, self.id);
  }

  friend bool operator==(const destroy_of&, const destroy_of&) = default;
};

result<bool> perform(const destroy_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
