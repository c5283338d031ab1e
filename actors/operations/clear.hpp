#pragma once

#include <cstdint>
#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Removes all sessions in one commit.
template <class Text>
struct clear_of {
  static constexpr description is{.tag = 6,
                                  .name = "clear",
                                  .answers = "count",
                                  .capability = 1u << 6,
                                  .changes = true,
                                  .concerns = reach::store,
                                  .without_expired = true,
                                  .for_admins = true};
  using reply = std::uint64_t; ///< How many there were.

  template <class Self, class Visit>
  static constexpr void visit(Self&, Visit&&) {}

  friend bool operator==(const clear_of&, const clear_of&) = default;
};

result<std::uint64_t> perform(const clear_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
