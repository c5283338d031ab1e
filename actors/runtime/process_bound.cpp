#include <cluster_store/actors/runtime/process_bound.hpp>

#include <system_error>
#include <thread>

#include <cluster_store/actors/runtime/runtime.hpp>

namespace cluster_store::actors {

void do_aside(const std::function<void()>& what) {
  if (callback_scope::active())
    return what();
  try {
    std::thread{what}.join();
  } catch (const std::system_error&) {
    what(); // there are no more threads
  }
}

} // namespace cluster_store::actors
