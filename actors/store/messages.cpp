#include <cluster_store/actors/store/messages.hpp>

#include <cluster_store/actors/operations/list.hpp>

namespace cluster_store::actors {

void initialize_message_types(caf::actor_system_config& config) {
  compat::initialize_types<caf::id_block::cluster_store>(config);
}

} // namespace cluster_store::actors
