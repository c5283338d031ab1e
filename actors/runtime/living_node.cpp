#include <cluster_store/actors/runtime/living_node.hpp>

#include <set>

#include <cluster_store/backends/system/process_wide.hpp>

namespace cluster_store::actors {

namespace {

using node_ids = std::multiset<caf::node_id>;

/// A child has another pid, and so no node id of its parent.
void forget(node_ids& all) {
  all.clear();
}

using living_nodes = process_wide<node_ids, &forget>;

} // namespace

living_node::living_node(const caf::node_id& id)
    : id_(id), was_alone_(living_nodes::with([&](node_ids& all) {
        all.insert(id);
        return all.count(id) == 1;
      })) {}

living_node::~living_node() {
  living_nodes::with([&](node_ids& all) {
    if (const auto mine = all.find(id_); mine != all.end())
      all.erase(mine);
  });
}

} // namespace cluster_store::actors
