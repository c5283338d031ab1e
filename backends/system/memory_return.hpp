#pragma once

#include <future>
#include <memory>
#include <vector>

namespace cluster_store {

/// Gives memory back to the operating system: what the C library keeps after a great many objects were freed
/// stays with the process otherwise, for ever.
///
/// It takes time that grows with that memory, so it is done on a thread of its own, at once only if there is
/// none to be had. Threads: used by one at a time. Its end waits for what has begun.
class memory_return {
public:
  /// Destroys `things`, unless somebody else has them as well, and gives back what is free then.
  void take(std::shared_ptr<void> things);

private:
  std::vector<std::future<void>> running_;
};

} // namespace cluster_store
