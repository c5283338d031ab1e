#include <cluster_store/actors/operations/regenerate.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<std::optional<version_number>> perform(const regenerate_of<std::string_view>& what,
                                              actors::store_view& in) {
  auto& from = in.at(what.id);
  auto& to = in.at(what.new_id);
  if (from.problem || to.problem)
    return tl::unexpected{from.problem ? *from.problem : *to.problem};
  if (!from.lives(in.now()))
    return std::nullopt;
  if (to.lives(in.now()))
    return fail(errc::conflict, "the new session id is taken: choose another random id");
  auto content = in.kept(*from.content);
  content.version = content.born = in.next_version();
  in.destroy(from);
  in.put(to, content);
  return content.version;
}

} // namespace cluster_store::operations
