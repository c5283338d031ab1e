#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store {

/// One session of a listing.
struct listed_session {
  std::string id;
  session content;

  friend bool operator==(const listed_session&, const listed_session&) = default;
};

/// One page of a listing.
struct listing {
  std::vector<listed_session> sessions;
  std::string cursor; ///< Give it to the next call; empty = there is no more.

  friend bool operator==(const listing&, const listing&) = default;
};

} // namespace cluster_store

namespace cluster_store::operations {

inline constexpr std::uint32_t page_rows_max = 10'000;

/// Lists one page of the live sessions.
template <class Text>
struct all_of {
  static constexpr description is{
      .tag = 7, .name = "all", .capability = 1u << 4, .concerns = reach::store, .sees_committed = true};
  using reply = listing;

  Text cursor{};                 ///< Empty = from the start.
  Text prefix{};                 ///< Only ids that start with it.
  std::uint32_t rows_max = 1000; ///< 1–10 000.

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::cursor, self.cursor);
    each(fields::prefix, self.prefix);
    each(fields::rows, self.rows_max);
  }

  friend bool operator==(const all_of&, const all_of&) = default;
};

/// @errors of the engine.
result<listing> perform(const all_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
