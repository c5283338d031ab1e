#include <cluster_store/actors/operations/mdestroy.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<std::uint64_t> perform(const mdestroy_of<std::string_view>& what, actors::store_view& in) {
  std::uint64_t count = 0;
  for (const auto id : what.ids)
    count += in.destroy(in.at(id)) ? 1 : 0;
  return count;
}

} // namespace cluster_store::operations
