#pragma once

#include <string>

#include <cluster_store/tests/support/sandbox.hpp>

namespace cluster_store::tests {

/// @returns what `serve --store` gets for a RocksDB store `s` in `where` whose engine fails as `plan` says;
/// not at all if it is empty.
inline std::string faulty_rocksdb(const sandbox& where, const std::string& plan) {
  std::string inner;
  for (const char letter : "rocksdb:" + where.path("data"))
    inner += letter == ':' ? "%3A" : std::string{letter};
  return "s=faulty:" + inner + (plan.empty() ? "" : "?") + plan;
}

} // namespace cluster_store::tests
