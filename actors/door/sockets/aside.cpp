#include <cluster_store/actors/door/sockets/aside.hpp>

#include <system_error>
#include <thread>
#include <utility>

namespace cluster_store::door {

bool work_aside(std::function<void(std::function<void()>)> run, std::function<std::function<void()>()> work) {
  try {
    std::thread{[run = std::move(run), work = std::move(work)] { run(work()); }}.detach();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

} // namespace cluster_store::door
