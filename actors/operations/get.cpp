#include <cluster_store/actors/operations/get.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<std::optional<session_view>> perform(const get_of<std::string_view>& what, actors::store_view& in) {
  return in.read(what.id);
}

} // namespace cluster_store::operations
