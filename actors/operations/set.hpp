#pragma once

#include <optional>
#include <string_view>

#include <cluster_store/actors/operations/description.hpp>

namespace cluster_store {

/// How a session is set. Source: express-session's Store, plus versions.
struct set_options {
  /// None: the store's `ttl_default`. Zero or negative, however far: the session is destroyed.
  std::optional<time_to_live> ttl = {};

  /// Apply only if the session still lives and was created at or before this version, else `conflict`: a
  /// logout is not undone by a late save.
  std::optional<version_number> seen = {};

  /// Apply only if this is the session's version, else `conflict`; 0 = only if there is none. Not with
  /// `seen`.
  std::optional<version_number> if_version = {};

  friend bool operator==(const set_options&, const set_options&) = default;
};

} // namespace cluster_store

namespace cluster_store::operations {

/// Creates or replaces a session, its data and its expiry.
template <class Text>
struct set_of {
  static constexpr description is{
      .tag = 2, .name = "set", .answers = "version", .capability = 1u << 1, .changes = true};
  using reply = version_number; ///< Its new version.

  Text id{};
  Text data{};
  set_options how{};

  template <class Self, class Visit>
  static constexpr void visit(Self& self, Visit&& each) {
    each(fields::id, self.id);
    each(fields::ttl, self.how.ttl);
    each(fields::seen, self.how.seen);
    each(fields::if_version, self.how.if_version);
    each(fields::data, self.data);
  }

  result<void> check() const {
    if (how.seen && how.if_version)
      return fail(errc::invalid_argument, "give 'seen' or 'if_version', not both");
    return {};
  }

  friend bool operator==(const set_of&, const set_of&) = default;
};

/// @errors `conflict` if a condition does not hold, or the logout guard knows that the id was destroyed.
result<version_number> perform(const set_of<std::string_view>& what, actors::store_view& in);

} // namespace cluster_store::operations
