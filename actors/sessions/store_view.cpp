#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::actors {

result<std::optional<session_view>> store_view::read(std::string_view id) {
  const auto& where = at(id);
  if (where.problem)
    return tl::unexpected{*where.problem};
  if (!where.lives(now_))
    return std::nullopt;
  return session_view{where.content->data, where.content->version, ttl_left(*where.content)};
}

bool store_view::destroy(session_overlay::slot& where) {
  const bool was_there = where.problem || where.lives(now_);
  const bool was_stored = where.problem || where.content;
  if (was_stored)
    of_.sessions.erase(where);
  // Whoever makes up ids does not fill the store with what remembers them.
  if (was_stored || of_.guard.is_destroyed(where.id, now_).value_or(true))
    of_.guard.destroyed(where.id);
  return was_there;
}

backends::record store_view::kept(backends::record content) {
  content.data = of_.sessions.keep(content.data);
  content.user = of_.sessions.keep(content.user);
  content.extensions = of_.sessions.keep(content.extensions);
  return content;
}

void store_view::clear() {
  of_.staged.clear = true;
  of_.counts.sessions = 0;
  of_.sessions.erase_all();
}

std::optional<wall_time> store_view::expiry(std::optional<time_to_live> ttl,
                                            std::optional<wall_time> limit) const {
  if (!ttl)
    return limit;
  const auto end = end_of_life(now_, *ttl);
  return limit ? std::min(*limit, end) : end;
}

std::optional<time_to_live> store_view::ttl_left(const backends::record& content) const {
  if (!content.expires_at)
    return std::nullopt;
  return *content.expires_at - now_;
}

} // namespace cluster_store::actors
