// Opens an engine without any actor.

#include <iostream>

#include <cluster_store/backends/registry.hpp>

#include <backends/registry.hpp>

int main() {
  const auto registry = cluster_store::backends::registry::with_builtin_engines();
  const auto backend = registry.open(consumer_backend());
  if (!backend) {
    std::cerr << backend.error().message << '\n';
    return 1;
  }
  for (const auto& scheme : registry.schemes())
    std::cout << scheme << '\n';
  return 0;
}
