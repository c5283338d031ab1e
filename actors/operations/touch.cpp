#include <cluster_store/actors/operations/touch.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<bool> perform(const touch_of<std::string_view>& what, actors::store_view& in) {
  auto& where = in.at(what.id);
  if (where.problem)
    return tl::unexpected{*where.problem};
  if (!where.lives(in.now()))
    return false;
  const auto ttl = what.ttl ? what.ttl : where.content->ttl;
  const auto expires_at = in.expiry(ttl, where.content->absolute_expires_at);
  if (expires_at && *expires_at <= in.now())
    in.destroy(where);
  else
    in.touch(where, expires_at, ttl);
  return true;
}

} // namespace cluster_store::operations
