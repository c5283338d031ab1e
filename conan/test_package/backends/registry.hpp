#pragma once

#include <string>

/// The consumer's own header, with a name that <cluster_store/backends/registry.hpp> has, too.
inline std::string consumer_backend() {
  return "memory:";
}
