#include <cluster_store/actors/client.hpp>

#include <iostream>

int main() {
  cluster_store::options how; // a store in this process; cluster_store::mode::worker shares a master's
  how.store.uri = "memory:";
  auto store = cluster_store::open(how);
  if (!store) {
    std::cerr << store.error().message << '\n';
    return 1;
  }
  store->set("a1b2", R"({"user":7})", {.ttl = std::chrono::minutes{30}});
  const auto found = store->get("a1b2");
  if (found && *found)
    std::cout << (*found)->data << " expires in " << (*found)->ttl->count() << " ms\n";
}
