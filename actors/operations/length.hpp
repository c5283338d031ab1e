#pragma once

#include <cstdint>
#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Counts the live sessions exactly.
template <class Text>
struct length_of {
  static constexpr description is{.tag = 5,
                                  .name = "length",
                                  .answers = "count",
                                  .capability = 1u << 5,
                                  .concerns = reach::store,
                                  .without_expired = true};
  using reply = std::uint64_t;

  template <class Self, class Visit>
  static constexpr void visit(Self&, Visit&&) {}

  friend bool operator==(const length_of&, const length_of&) = default;
};

/// @errors why the engine cannot write now, if there are sessions that are over and cannot be removed.
result<std::uint64_t> perform(const length_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
