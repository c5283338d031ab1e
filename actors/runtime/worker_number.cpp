#include <cluster_store/actors/runtime/worker_number.hpp>

#include <cstdlib>

#include <cluster_store/backends/whole_number.hpp>

namespace cluster_store::actors {

std::uint64_t worker_number() {
  const char* const text = std::getenv(worker_number_variable);
  return text == nullptr ? 0 : parse_whole_number(text).value_or(0);
}

} // namespace cluster_store::actors
