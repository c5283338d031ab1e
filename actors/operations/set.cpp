#include <cluster_store/actors/operations/set.hpp>

#include <string>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

namespace {

using slot = actors::session_overlay::slot;

result<void> check_condition(const set_options& how, const slot& where, bool lives) {
  if (!how.seen && !how.if_version)
    return {};
  if (where.problem)
    return tl::unexpected{*where.problem};
  if (how.seen && !(lives && where.content->born <= *how.seen))
    return fail(errc::conflict,
                "the session was destroyed, or created anew, since it was seen: log in again");
  const auto version = lives ? where.content->version : 0;
  if (how.if_version && version != *how.if_version)
    return fail(errc::conflict, "the session has version " + std::to_string(version) + ", not "
                                    + std::to_string(*how.if_version) + ": read it again");
  return {};
}

/// A save that does not say what it has seen may be older than the logout.
result<void> check_guard(const set_options& how, const slot& where, bool lives,
                         const actors::store_view& in) {
  if (lives || how.seen || how.if_version)
    return {};
  const auto destroyed = in.guard().is_destroyed(where.id, in.now());
  if (!destroyed)
    return tl::unexpected{destroyed.error()};
  if (*destroyed)
    return fail(errc::conflict,
                "the session was destroyed, and this store does not let a save undo that: log in "
                "again with a new session id");
  return {};
}

} // namespace

result<version_number> perform(const set_of<std::string_view>& what, actors::store_view& in) {
  auto& where = in.at(what.id);
  const auto lives = where.lives(in.now());
  if (auto holds = check_condition(what.how, where, lives); !holds)
    return tl::unexpected{holds.error()};
  if (auto allowed = check_guard(what.how, where, lives, in); !allowed)
    return tl::unexpected{allowed.error()};
  backends::record content = lives ? *where.content : backends::record{};
  content.version = in.next_version();
  content.data = what.data;
  content.codec = 0;
  content.ttl = what.how.ttl ? what.how.ttl : in.ttl_default();
  if (!lives) {
    content.born = content.version;
    content.created_at = in.now();
  }
  content.expires_at = in.expiry(content.ttl, content.absolute_expires_at);
  if (content.expires_at && *content.expires_at <= in.now())
    in.destroy(where);
  else
    in.put(where, content);
  return content.version;
}

} // namespace cluster_store::operations
