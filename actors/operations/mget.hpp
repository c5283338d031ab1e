#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store::operations {

/// Reads several sessions as they are at one moment.
template <class Text>
struct mget_of {
  static constexpr description is{.tag = 9, .name = "mget", .capability = 1u << 8};
  using reply =
      std::vector<std::optional<session>>; ///< In the order of the ids; nothing where there is none.

  std::vector<Text> ids{}; ///< At most `ids_max`; one may stand there twice.

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::ids, self.ids);
  }

  friend bool operator==(const mget_of&, const mget_of&) = default;
};

/// @errors `corrupt` if one of the records cannot be read; `too_large` if the answer has more than
///   `answer_bytes_max` bytes of data.
result<std::vector<std::optional<session_view>>> perform(const mget_of<std::string_view>& what,
                                                         actors::store_view& in);

} // namespace cluster_store::operations
