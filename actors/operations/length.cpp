#include <cluster_store/actors/operations/length.hpp>

#include <cluster_store/actors/sessions/store_view.hpp>

namespace cluster_store::operations {

result<std::uint64_t> perform(const length_of<std::string_view>&, actors::store_view& in) {
  // What is due was swept before, unless the engine cannot write now.
  if (in.read_only())
    if (const auto rows = in.engine().due(in.now(), 1); !rows || !rows->empty())
      return tl::unexpected{*in.read_only()};
  return in.stored();
}

} // namespace cluster_store::operations
