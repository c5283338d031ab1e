// Opens a store in this process, sets a session and gets it back.

#include <iostream>

#include <cluster_store/actors/client.hpp>
#include <cluster_store/actors/component.hpp>
#include <cluster_store/actors/server.hpp>

#include <actors/client.hpp>
#include <backends/registry.hpp>

int main() {
  cluster_store::options options;
  options.store.uri = consumer_backend();
  auto store = cluster_store::open(options);
  if (!store) {
    std::cerr << store.error().message << '\n';
    return 1;
  }
  const auto version = store->set(consumer_session_id(), "data");
  const auto session = store->get(consumer_session_id());
  if (!version || !session || !*session || (*session)->data != "data") {
    std::cerr << "the session that was set is not there\n";
    return 1;
  }
  std::cout << "version " << *version << ": " << (*session)->data << '\n';
  return 0;
}
