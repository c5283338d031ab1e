#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Removes several sessions in one commit.
template <class Text>
struct mdestroy_of {
  static constexpr description is{.tag = 10,
                                  .name = "mdestroy",
                                  .answers = "count",
                                  .capability = 1u << 9,
                                  .changes = true,
                                  .only_removes = true};
  using reply = std::uint64_t; ///< How many of them there were.

  std::vector<Text> ids{}; ///< At most `ids_max`; one may stand there twice.

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::ids, self.ids);
  }

  friend bool operator==(const mdestroy_of&, const mdestroy_of&) = default;
};

result<std::uint64_t> perform(const mdestroy_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
