#pragma once

#include <vector>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// @returns the numbers of the processors that the calling thread may run on, in rising order.
std::vector<unsigned> allowed_processors();

/// Lets the calling thread, and the threads and processes it starts from now on, run on one processor only.
/// @errors `io_error` with the system's reason.
result<void> run_only_on(unsigned processor);

} // namespace cluster_store::apps
