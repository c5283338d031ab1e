#include <cluster_store/actors/operations/clear.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<std::uint64_t> perform(const clear_of<std::string_view>&, actors::store_view& in) {
  const auto count = in.stored();
  in.clear();
  return count;
}

} // namespace cluster_store::operations
