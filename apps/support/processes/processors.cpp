#include <cluster_store/apps/support/processes/processors.hpp>

#include <cerrno>
#include <cstring>

#include <sched.h>

namespace cluster_store::apps {

std::vector<unsigned> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> numbers;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0)
    for (unsigned number = 0; number < CPU_SETSIZE; ++number)
      if (CPU_ISSET(number, &set))
        numbers.push_back(number);
  return numbers;
}

result<void> run_only_on(unsigned processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  if (::sched_setaffinity(0, sizeof(set), &set) != 0)
    return fail(errc::io_error,
                "cannot run on processor " + std::to_string(processor) + ": " + std::strerror(errno));
  return {};
}

} // namespace cluster_store::apps
