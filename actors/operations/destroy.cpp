#include <cluster_store/actors/operations/destroy.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<bool> perform(const destroy_of<std::string_view>& what, actors::store_view& in) {
  return in.destroy(in.at(what.id));
}

} // namespace cluster_store::operations
